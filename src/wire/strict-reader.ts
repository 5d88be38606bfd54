// Reads the few MessagePack forms that a handshake frame may hold, and nothing else.
// A general decoder is the wrong tool before a peer is known: five bytes can make it reserve an array of
// 2^25 slots, and extension types build objects and keep state. Here every length is bounded before it is believed.

import { isUtf8 } from 'node:buffer'
import { IpemError } from '../errors.js'

const NIL = 0xc0
const BIN_8 = 0xc4
const UINT_8 = 0xcc
const UINT_16 = 0xcd
const UINT_32 = 0xce
const STR_8 = 0xd9
const STR_16 = 0xda
const ARRAY_16 = 0xdc

/** Every method throws ERR_IPEM_PROTOCOL when something else stands next, or the bytes end too early. */
export class StrictReader {
  readonly #bytes: Buffer
  readonly #end: number
  #offset: number

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes
    this.#offset = start
    this.#end = end
  }

  /** The head of an array of at most `most` elements. Returns how many follow. */
  array(most: number): number {
    const token = this.#uint(1)
    const length = (token & 0xf0) === 0x90 ? token & 0x0f : token === ARRAY_16 ? this.#uint(2) : malformed('an array')
    return length <= most ? length : malformed(`an array of at most ${most}`)
  }

  /** A whole number below 2^32. */
  whole(): number {
    const token = this.#uint(1)
    if (token < 0x80) return token
    if (token === UINT_8) return this.#uint(1)
    if (token === UINT_16) return this.#uint(2)
    return token === UINT_32 ? this.#uint(4) : malformed('a whole number')
  }

  /** A string of at most `most` bytes of UTF-8. */
  text(most: number): string {
    const length = this.#textLength(this.#uint(1))
    if (length > most) malformed(`a string of at most ${most} bytes`)
    const bytes = this.#take(length)
    return isUtf8(bytes) ? bytes.toString('utf8') : malformed('a string of valid UTF-8')
  }

  /** Exactly `length` bytes, copied. */
  binary(length: number): Buffer {
    if (this.#uint(1) !== BIN_8 || this.#uint(1) !== length) malformed(`${length} bytes`)
    return Buffer.from(this.#take(length))
  }

  /** What `read` reads, or undefined where nil stands. */
  optional<T>(read: () => T): T | undefined {
    if (this.#offset >= this.#end || this.#bytes[this.#offset] !== NIL) return read()
    this.#offset++
    return undefined
  }

  /** Nothing may follow. */
  finish(): void {
    if (this.#offset !== this.#end) malformed('nothing more')
  }

  #textLength(token: number): number {
    if ((token & 0xe0) === 0xa0) return token & 0x1f
    if (token === STR_8) return this.#uint(1)
    return token === STR_16 ? this.#uint(2) : malformed('a string')
  }

  #uint(bytes: 1 | 2 | 4): number {
    if (this.#end - this.#offset < bytes) malformed('more bytes')
    const value = this.#bytes.readUIntBE(this.#offset, bytes)
    this.#offset += bytes
    return value
  }

  #take(length: number): Buffer {
    if (this.#end - this.#offset < length) malformed('more bytes')
    this.#offset += length
    return this.#bytes.subarray(this.#offset - length, this.#offset)
  }
}

function malformed(expected: string): never {
  throw new IpemError('ERR_IPEM_PROTOCOL', `Expected ${expected} in a handshake frame`)
}
