// MessagePack -> plain values, in one walk that checks and builds. The bytes are those of others: every length is
// backed by bytes, no extension but `undefined`, keys are strings, none would change a prototype, nothing lies too
// deep, nothing follows. Anything else throws; the caller makes one error of it.

import { KeyCache } from './key-cache.js'
import { ownCopy } from './own-copy.js'
import { readDouble, readUnsigned } from './plain-numbers.js'

/** A binary of this size is a view, and keeps the bytes it came in alive; a smaller one is copied out. */
export const MIN_VIEW = 16_384

/**
 * Short strings are cut from a longer one, which costs less than a call into Node for each. V8 copies what it cuts up
 * to this length; of anything longer it would keep the whole alive.
 */
const MAX_CUT = 12

/** Most bytes of that longer one. */
const WINDOW = 512

/** Longer arrays grow while they are read. */
const MAX_RESERVED = 1_024

const NO_BYTES = Buffer.alloc(0)

interface Latin1 {
  latin1Slice?(start: number, end: number): string
}

/** What `toString('latin1')` comes to, without its detours; Node does not document it. */
const latin1Slice =
  (Buffer.prototype as Latin1).latin1Slice ??
  function (this: Buffer, start: number, end: number): string {
    return this.toString('latin1', start, end)
  }

/** One value at a time; nothing it calls comes back to it. */
export class PlainReader {
  readonly #keys = new KeyCache()
  #bytes: Buffer = NO_BYTES
  #at = 0
  #end = 0
  /** The bytes from `#windowStart` to `#windowEnd`, as Latin-1. */
  #window = ''
  #windowStart = 0
  #windowEnd = 0

  /** The value that the bytes from `start` to `end` are, exactly. */
  read(bytes: Buffer, start: number, end: number, depth: number): unknown {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
    this.#windowEnd = 0
    try {
      const value = this.#value(depth)
      if (this.#at !== end) throw new RangeError('more than one value')
      return value
    } finally {
      // Not kept alive until the next.
      this.#bytes = NO_BYTES
    }
  }

  #value(depth: number): unknown {
    if (this.#at >= this.#end) throw new RangeError('too few bytes')
    const token = this.#bytes[this.#at++] as number
    if (token < 0x80) return token
    if (token < 0x90) return this.#map(token & 0x0f, depth)
    if (token < 0xa0) return this.#array(token & 0x0f, depth)
    if (token < 0xc0) return this.#text(token & 0x1f)
    return token < 0xe0 ? this.#longer(token, depth) : token - 0x100
  }

  #longer(token: number, depth: number): unknown {
    switch (token) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#binary(this.#unsigned(1 << (token - 0xc4)))
      case 0xca:
        return this.#bytes.readFloatBE(this.#skip(4))
      case 0xcb:
        return readDouble(this.#bytes, this.#skip(8))
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#unsigned(1 << (token - 0xcc))
      case 0xcf:
        return this.#bytes.readBigUInt64BE(this.#skip(8))
      case 0xd0:
        return this.#bytes.readInt8(this.#skip(1))
      case 0xd1:
        return this.#bytes.readInt16BE(this.#skip(2))
      case 0xd2:
        return this.#bytes.readInt32BE(this.#skip(4))
      case 0xd3:
        return this.#bytes.readBigInt64BE(this.#skip(8))
      case 0xd4:
        if (this.#unsigned(2) !== 0) throw new TypeError('an extension')
        return undefined
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#unsigned(1 << (token - 0xd9)))
      case 0xdc:
      case 0xdd:
        return this.#array(this.#unsigned(2 << (token - 0xdc)), depth)
      case 0xde:
      case 0xdf:
        return this.#map(this.#unsigned(2 << (token - 0xde)), depth)
      default:
        throw new TypeError('an unknown or unwanted form')
    }
  }

  #array(length: number, depth: number): unknown[] {
    if (length > this.#end - this.#at || depth === 0) throw new RangeError('an array too long or too deep')
    const array: unknown[] = length > MAX_RESERVED ? [] : new Array(length)
    for (let index = 0; index < length; index++) array[index] = this.#value(depth - 1)
    return array
  }

  #map(length: number, depth: number): Record<string, unknown> {
    if (2 * length > this.#end - this.#at || depth === 0) throw new RangeError('a map too long or too deep')
    const object: Record<string, unknown> = {}
    for (let index = 0; index < length; index++) object[this.#key()] = this.#value(depth - 1)
    return object
  }

  #key(): string {
    const keys = this.#keys
    const next = keys.next(this.#bytes, this.#at, this.#end)
    if (next !== null) {
      this.#at += keys.length
      return next
    }
    const start = this.#at
    const token = this.#unsigned(1)
    const isShort = token >= 0xa0 && token < 0xc0
    if (!isShort && (token < 0xd9 || token > 0xdb)) throw new TypeError('a key that is no string')
    const textStart = this.#skip(isShort ? token & 0x1f : this.#unsigned(1 << (token - 0xd9)))
    return keys.find(this.#bytes, start, textStart, this.#at)
  }

  #text(length: number): string {
    const start = this.#skip(length)
    const end = this.#at
    const bytes = this.#bytes
    if (length > WINDOW) return bytes.toString('utf8', start, end)
    for (let index = start; index < end; index++) {
      if ((bytes[index] as number) > 0x7f) return bytes.toString('utf8', start, end)
    }
    if (length > MAX_CUT) return latin1Slice.call(bytes, start, end)
    if (end > this.#windowEnd) {
      this.#windowStart = start
      this.#windowEnd = Math.min(this.#end, start + WINDOW)
      this.#window = latin1Slice.call(bytes, start, this.#windowEnd)
    }
    return this.#window.slice(start - this.#windowStart, end - this.#windowStart)
  }

  #binary(length: number): Buffer {
    const start = this.#skip(length)
    return length < MIN_VIEW ? ownCopy(this.#bytes, start, this.#at) : this.#bytes.subarray(start, this.#at)
  }

  /** A whole number of 1, 2 or 4 bytes. */
  #unsigned(size: number): number {
    return readUnsigned(this.#bytes, this.#skip(size), size)
  }

  /** Where so many bytes begin, which are there. */
  #skip(size: number): number {
    const start = this.#at
    if (size > this.#end - start) throw new RangeError('too few bytes')
    this.#at = start + size
    return start
  }
}
