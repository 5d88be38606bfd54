// A look at the bytes of others before the MessagePack library makes values of them: every length is backed by bytes,
// no extension but `undefined`, keys are strings, none would change a prototype, nothing lies too deep, nothing follows.

import { MAX_DEPTH } from './payload-nodes.js'

const PROTO = '__proto__'

/** A binary of this size stays where it is, and keeps that memory alive; a smaller one is copied out. */
const MIN_VIEW = 16_384

const NOTHING = Buffer.alloc(0)

export function isSmall(length: number): boolean {
  return length < MIN_VIEW
}

/** One at a time; it keeps its place in the bytes while it goes through them. */
export class PayloadCheck {
  /** Is there a binary that stays where it is, and one that is copied, in the bytes looked at last? */
  large = false
  small = false
  #bytes: Buffer = NOTHING
  #at = 0
  #end = 0

  /** Throws where `bytes` from `start` to `end` are not exactly one value. */
  check(bytes: Buffer, start: number, end: number): void {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
    this.large = false
    this.small = false
    this.#value(2 * MAX_DEPTH)
    // Not kept alive until the next.
    this.#bytes = NOTHING
    if (this.#at !== end) throw new RangeError('more than one value')
  }

  #value(depth: number): void {
    const token = this.#byte()
    if (token < 0x80 || token >= 0xe0) return
    if (token < 0x90) this.#map(token & 0x0f, depth)
    else if (token < 0xa0) this.#array(token & 0x0f, depth)
    else if (token < 0xc0) this.#skip(token & 0x1f)
    else this.#longer(token, depth)
  }

  #longer(token: number, depth: number): void {
    switch (token) {
      case 0xc0:
      case 0xc2:
      case 0xc3:
        return
      case 0xc4:
      case 0xc5:
      case 0xc6:
        this.#binary(this.#length(1 << (token - 0xc4)))
        return
      case 0xca:
        this.#skip(4)
        return
      case 0xcb:
      case 0xcf:
      case 0xd3:
        this.#skip(8)
        return
      case 0xcc:
      case 0xcd:
      case 0xce:
        this.#skip(1 << (token - 0xcc))
        return
      case 0xd0:
      case 0xd1:
      case 0xd2:
        this.#skip(1 << (token - 0xd0))
        return
      case 0xd4:
        if (this.#byte() !== 0 || this.#byte() !== 0) throw new TypeError('an extension')
        return
      case 0xd9:
      case 0xda:
      case 0xdb:
        this.#skip(this.#length(1 << (token - 0xd9)))
        return
      case 0xdc:
      case 0xdd:
        this.#array(this.#length(2 << (token - 0xdc)), depth)
        return
      case 0xde:
      case 0xdf:
        this.#map(this.#length(2 << (token - 0xde)), depth)
        return
      default:
        throw new TypeError('an unknown or unwanted form')
    }
  }

  #binary(length: number): void {
    if (isSmall(length)) this.small = true
    else this.large = true
    this.#skip(length)
  }

  #array(length: number, depth: number): void {
    if (length > this.#end - this.#at || depth === 0) throw new RangeError('an array too long or too deep')
    for (let index = 0; index < length; index++) this.#value(depth - 1)
  }

  #map(length: number, depth: number): void {
    if (2 * length > this.#end - this.#at || depth === 0) throw new RangeError('a map too long or too deep')
    for (let index = 0; index < length; index++) {
      this.#key()
      this.#value(depth - 1)
    }
  }

  #key(): void {
    const token = this.#byte()
    const short = token >= 0xa0 && token < 0xc0
    if (!short && (token < 0xd9 || token > 0xdb)) throw new TypeError('a key that is no string')
    const length = short ? token & 0x1f : this.#length(1 << (token - 0xd9))
    const start = this.#at
    this.#skip(length)
    if (
      length === PROTO.length &&
      this.#bytes[start] === 0x5f &&
      this.#bytes.toString('latin1', start, this.#at) === PROTO
    ) {
      throw new TypeError('a key that would change a prototype')
    }
  }

  #byte(): number {
    if (this.#at >= this.#end) throw new RangeError('too few bytes')
    return this.#bytes[this.#at++] as number
  }

  #length(bytes: number): number {
    const at = this.#at
    this.#skip(bytes)
    return this.#bytes.readUIntBE(at, bytes)
  }

  #skip(bytes: number): void {
    if (bytes > this.#end - this.#at) throw new RangeError('too few bytes')
    this.#at += bytes
  }
}
