// Bytes, however they are split -> the values of the frames, one at a time. Pure; knows of no stream.

import { isUtf8 } from 'node:buffer'
import { BINARY, MORE, notTheProtocol, TEXT, TEXT_END, tooLarge } from './frame-format.js'

const NOTHING = Buffer.alloc(0)

/** What the next byte belongs to. */
type Place = 'start' | 'text' | 'length' | 'binary'

/**
 * `push` takes a chunk, at any time; `next` takes the values out. So whoever handles a value may cause the next chunk,
 * and everything still comes in order.
 */
export class FrameDecoder {
  readonly #maxPayload: number
  #place: Place = 'start'
  #failed = false
  /** The chunk being read, where in it, and those behind it. */
  #chunk: Buffer = NOTHING
  #offset = 0
  #waiting: Buffer[] = []
  /** Of a binary payload. */
  #length = 0
  /** What has come of a payload that is split over chunks; of a text with room for more. */
  #body: Buffer = NOTHING
  #filled = 0

  constructor(maxPayload: number) {
    this.#maxPayload = maxPayload
  }

  /** The bytes are read where they are, until `next` has returned undefined. After an error they are dropped. */
  push(chunk: Uint8Array): void {
    if (this.#failed) return
    this.#waiting.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))
  }

  /**
   * The next value: a Buffer of its own for a binary frame, what JSON has for a text. Undefined when it takes more
   * bytes, and for good after an error.
   *
   * @throws ERR_IPEM_PROTOCOL, ERR_IPEM_TOO_LARGE once
   */
  next(): unknown {
    try {
      while (this.#offset < this.#chunk.length || this.#nextChunk()) {
        const value = this.#read()
        if (value !== undefined) return value
      }
      return undefined
    } catch (error) {
      this.#failed = true
      this.#chunk = this.#body = NOTHING
      this.#offset = 0
      this.#waiting = []
      throw error
    }
  }

  /**
   * No more bytes will come.
   *
   * @throws ERR_IPEM_PROTOCOL a frame has begun and not ended
   */
  end(): void {
    if (this.#failed || this.#place === 'start') return
    this.#failed = true
    throw notTheProtocol('Expected the rest of a frame, got the end of the stream')
  }

  #nextChunk(): boolean {
    this.#chunk = this.#waiting.shift() ?? NOTHING
    this.#offset = 0
    return this.#chunk.length > 0 || this.#waiting.length > 0
  }

  /** Goes on by one step; the chunk may be at its end. */
  #read(): unknown {
    switch (this.#place) {
      case 'start':
        return this.#readStart()
      case 'text':
        return this.#readText()
      case 'length':
        return this.#readLength()
      case 'binary':
        return this.#readBinary()
    }
  }

  #readStart(): undefined {
    const type = this.#chunk[this.#offset]
    if (type === undefined) return
    if (type !== TEXT && type !== BINARY) {
      throw notTheProtocol(`Expected a frame to begin with 00 or 80, got ${type.toString(16).padStart(2, '0')}`)
    }
    this.#offset++
    this.#length = this.#filled = 0
    this.#place = type === TEXT ? 'text' : 'length'
  }

  #readText(): unknown {
    const chunk = this.#chunk
    const start = this.#offset
    const found = chunk.indexOf(TEXT_END, start)
    const end = found < 0 ? chunk.length : found
    if (this.#filled + end - start > this.#maxPayload) throw tooLarge(this.#maxPayload)
    this.#offset = found < 0 ? end : end + 1
    if (found >= 0 && this.#filled === 0) return this.#text(chunk.subarray(start, end))
    this.#reserve(this.#filled + end - start)
    this.#filled += chunk.copy(this.#body, this.#filled, start, end)
    return found < 0 ? undefined : this.#text(this.#body.subarray(0, this.#filled))
  }

  /** Twice as much each time: a text that comes byte by byte is not copied at each of them. */
  #reserve(size: number): void {
    if (size <= this.#body.length) return
    const larger = Buffer.allocUnsafe(Math.min(Math.max(size, this.#body.length * 2), this.#maxPayload))
    this.#body.copy(larger, 0, 0, this.#filled)
    this.#body = larger
  }

  #text(bytes: Buffer): unknown {
    this.#place = 'start'
    this.#body = NOTHING
    if (!isUtf8(bytes)) throw notTheProtocol('Expected a text frame to be UTF-8')
    try {
      return JSON.parse(bytes.toString())
    } catch (cause) {
      throw notTheProtocol('Expected a text frame to be JSON', cause)
    }
  }

  #readLength(): unknown {
    const group = this.#chunk[this.#offset]
    if (group === undefined) return
    // Zeros in front could go on for ever.
    if (group === MORE && this.#length === 0) throw notTheProtocol('Expected a length without zeros in front')
    this.#offset++
    this.#length = this.#length * 128 + (group & 0x7f)
    if (this.#length > this.#maxPayload) throw tooLarge(this.#maxPayload, group < MORE ? this.#length : undefined)
    if (group >= MORE) return
    this.#place = 'binary'
    // Memory that nobody has written to yet costs nothing: a length without its bytes does no harm.
    this.#body = Buffer.allocUnsafe(this.#length)
    // An empty one has no byte that would bring us here again.
    return this.#readBinary()
  }

  #readBinary(): unknown {
    const left = this.#length - this.#filled
    const end = Math.min(this.#offset + left, this.#chunk.length)
    this.#filled += this.#chunk.copy(this.#body, this.#filled, this.#offset, end)
    this.#offset = end
    if (this.#filled < this.#length) return
    const body = this.#body
    this.#body = NOTHING
    this.#place = 'start'
    return body
  }
}
