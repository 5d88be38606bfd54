// Plain values -> MessagePack, in one walk that decides and writes. Owns the bytes it writes into.
// This is the way of every event, which is why it is not the library: the walk that looks for what is not plain costs
// as much as the writing, and a Buffer object for each payload as much again.

import { isPlainBigint, writeBigint, writeNumber } from './plain-numbers.js'
import { spareMemory } from './spare-memory.js'

const SLAB_BYTES = 65_536

/** The longest head of a value, or a number. */
const SLACK = 16

/** Strings up to here are written unit by unit, which is faster than a call into Node. */
const SHORT_TEXT = 48

/** Most keys of an object: how many there are is known only afterwards, so there is room for 16 bits. */
export const MAX_KEYS = 65_535

const objectPrototype = Object.prototype
const bufferPrototype = Buffer.prototype

const NO_BYTES = Buffer.alloc(0)
const NO_FIELDS = {}

/** One value at a time. */
export class PlainWriter {
  readonly #slabBytes: number
  #bytes: Buffer = NO_BYTES
  #length = 0
  /** Where `#bytes` ends, less the slack. */
  #room = 0
  #maxBytes = 0
  #isTooLarge = false
  #hasInherited = false

  constructor(slabBytes = SLAB_BYTES) {
    this.#slabBytes = slabBytes
  }

  /** What was written, up to `length`: until the next `write`. */
  get bytes(): Buffer {
    return this.#bytes
  }

  get length(): number {
    return this.#length
  }

  /** Why the last `write` was not made: for its size, and not for a value that has no plain form. */
  get isTooLarge(): boolean {
    return this.#isTooLarge
  }

  /** The next `write` takes new memory. */
  forget(): void {
    this.#bytes = NO_BYTES
  }

  /** Takes what was written into memory of about its size. Answers the larger one, which is the caller's. */
  shrink(): Buffer {
    const larger = this.#bytes
    this.#use(Buffer.allocUnsafeSlow(this.#length + 2 * SLACK))
    larger.copy(this.#bytes, 0, 0, this.#length)
    return larger
  }

  /**
   * Writes the value, behind the byte `first` if there is one; arrays and objects may lie `depth` deep. False where the
   * value has no plain form, is a cycle, or certainly takes more than `maxBytes`.
   */
  write(value: unknown, depth: number, maxBytes: number, first = -1): boolean {
    if (this.#bytes.length === 0) this.#replace(this.#slabBytes)
    this.#maxBytes = maxBytes
    this.#isTooLarge = false
    this.#hasInherited = hasInherited()
    this.#length = 0
    if (first >= 0) this.#bytes[this.#length++] = first
    return this.#value(value, depth)
  }

  #value(value: unknown, depth: number): boolean {
    if (this.#length > this.#room && !this.#grow(SLACK)) return false
    switch (typeof value) {
      case 'string':
        return this.#text(value)
      case 'number':
        this.#length = writeNumber(this.#bytes, this.#length, value)
        return true
      case 'boolean':
        this.#bytes[this.#length++] = value ? 0xc3 : 0xc2
        return true
      case 'undefined':
        this.#bytes[this.#length++] = 0xd4
        this.#bytes[this.#length++] = 0
        this.#bytes[this.#length++] = 0
        return true
      case 'object':
        if (value !== null) return this.#object(value, depth)
        this.#bytes[this.#length++] = 0xc0
        return true
      case 'bigint':
        return this.#bigint(value)
      default:
        return false
    }
  }

  #object(value: object, depth: number): boolean {
    if (Array.isArray(value)) return depth > 0 && this.#array(value, depth - 1)
    const prototype = Object.getPrototypeOf(value)
    if (prototype === objectPrototype) return depth > 0 && this.#map(value as Record<string, unknown>, depth - 1)
    return prototype === bufferPrototype && this.#binary(value as Buffer)
  }

  #array(array: readonly unknown[], depth: number): boolean {
    const count = array.length
    // Each element takes a byte or more: a sparse array of 2^32 slots is not walked to find that out.
    if (count > this.#maxBytes) return this.#refuseSize()
    if (count < 16) this.#bytes[this.#length++] = 0x90 | count
    else this.#head(count, 0xdc, 2)
    for (let index = 0; index < count; index++) if (!this.#value(array[index], depth)) return false
    return true
  }

  #map(object: Record<string, unknown>, depth: number): boolean {
    const head = this.#length++
    let count = 0
    for (const key in object) {
      if (this.#hasInherited && !Object.hasOwn(object, key)) continue
      if (++count > MAX_KEYS || key === '__proto__') return false
      if (this.#length > this.#room && !this.#grow(SLACK)) return false
      if (!this.#text(key) || !this.#value(object[key], depth)) return false
    }
    if (count > 15) return this.#countKeys(head, count)
    this.#bytes[head] = 0x80 | count
    return true
  }

  /** How many there are is known only when they are written; mostly they are few, and one byte was kept for that. */
  #countKeys(head: number, count: number): boolean {
    if (this.#length > this.#room && !this.#grow(SLACK)) return false
    const bytes = this.#bytes
    bytes.copyWithin(head + 3, head + 1, this.#length)
    bytes[head] = 0xde
    bytes.writeUInt16BE(count, head + 1)
    this.#length += 2
    return true
  }

  #binary(binary: Buffer): boolean {
    const count = binary.length
    if (this.#length + count > this.#room && !this.#grow(count)) return false
    this.#head(count, 0xc4, 1)
    this.#bytes.set(binary, this.#length)
    this.#length += count
    return true
  }

  #text(text: string): boolean {
    const count = text.length
    if (count > SHORT_TEXT) return this.#longText(text)
    if (this.#length + count > this.#room && !this.#grow(count)) return false
    const bytes = this.#bytes
    let offset = this.#length
    if (count < 32) bytes[offset++] = 0xa0 | count
    else {
      bytes[offset++] = 0xd9
      bytes[offset++] = count
    }
    for (let index = 0; index < count; index++) {
      const unit = text.charCodeAt(index)
      if (unit > 0x7f) return this.#longText(text)
      bytes[offset++] = unit
    }
    this.#length = offset
    return true
  }

  #longText(text: string): boolean {
    const units = text.length
    const most = units < SLAB_BYTES ? 3 * units : Buffer.byteLength(text)
    if (this.#length + most > this.#room && !this.#grow(most, units)) return false
    // Room for the head as if it were all ASCII, which it mostly is.
    const start = this.#length + textHeadLength(units)
    const count = this.#bytes.write(text, start, 'utf8')
    // Half of a surrogate pair does not survive in UTF-8.
    if (count !== units && !text.isWellFormed()) return false
    const behind = this.#length + textHeadLength(count)
    if (behind !== start) this.#bytes.copyWithin(behind, start, start + count)
    if (count < 32) this.#bytes[this.#length] = 0xa0 | count
    else this.#head(count, 0xd9, 1)
    this.#length = behind + count
    return true
  }

  /** `token` and the count in the fewest bytes, at least `least`; each doubling is the next token. */
  #head(count: number, token: number, least: 1 | 2): void {
    const bytes = this.#bytes
    if (count < 0x100 && least === 1) {
      bytes[this.#length++] = token
      bytes[this.#length++] = count
      return
    }
    const isShort = count < 0x10000
    bytes[this.#length++] = token + (least === 1 ? 1 : 0) + (isShort ? 0 : 1)
    this.#length = isShort ? bytes.writeUInt16BE(count, this.#length) : bytes.writeUInt32BE(count, this.#length)
  }

  #bigint(value: bigint): boolean {
    if (!isPlainBigint(value)) return false
    this.#length = writeBigint(this.#bytes, this.#length, value)
    return true
  }

  /** Makes room for `most` bytes more, unless `least` of them are certainly too many. */
  #grow(most: number, least = most): boolean {
    if (this.#length + least > this.#maxBytes + SLACK) return this.#refuseSize()
    const written = this.#bytes.subarray(0, this.#length)
    this.#replace(Math.max(2 * this.#bytes.length, this.#length + most + SLAB_BYTES / 16))
    this.#bytes.set(written)
    return true
  }

  #refuseSize(): false {
    this.#isTooLarge = true
    return false
  }

  #replace(size: number): void {
    this.#use(spareMemory.take(size) ?? Buffer.allocUnsafeSlow(size))
  }

  #use(memory: Buffer): void {
    this.#bytes = memory
    this.#room = memory.length - SLACK
  }
}

function textHeadLength(count: number): number {
  if (count < 0x100) return count < 32 ? 1 : 2
  return count < 0x10000 ? 3 : 5
}

/** Whether somebody has given all objects a field more. Asked once for each value: asking for each key costs a sixth. */
function hasInherited(): boolean {
  for (const _key in NO_FIELDS) return true
  return false
}
