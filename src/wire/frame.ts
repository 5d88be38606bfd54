// Frame <-> bytes: `u32 length (little-endian) · u8 kind · body`. `length` counts the kind and the body.
// Owns the cutting of a byte stream into frames; knows nothing of what the bodies mean.

import { IpemError } from '../errors.js'

/** The kinds of frame, as they stand on the wire. */
export const FrameKind = Object.freeze({
  hello: 1,
  welcome: 2,
  refuse: 3,
  topology: 4,
  header: 5,
  event: 6,
  interest: 7,
  ping: 8,
  pong: 9,
  bye: 10,
} as const)

export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind]

const MAX_KIND = 10

/** Bytes before the body: the length and the kind. */
export const FRAME_HEAD = 5

/** Longest varint written here: 53 bits in groups of seven. */
export const MAX_VARINT = 8

/** Writes the five bytes before a body of `bodyLength` bytes. Returns the offset behind them. */
export function writeFrameHead(target: Buffer, offset: number, kind: FrameKind, bodyLength: number): number {
  const length = bodyLength + 1
  target[offset] = length & 0xff
  target[offset + 1] = (length >>> 8) & 0xff
  target[offset + 2] = (length >>> 16) & 0xff
  target[offset + 3] = length >>> 24
  target[offset + 4] = kind
  return offset + FRAME_HEAD
}

/** One frame as a buffer of its own; for the rare frames, not for events. */
export function encodeFrame(kind: FrameKind, body: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEAD + body.length)
  frame.set(body, writeFrameHead(frame, 0, kind, body.length))
  return frame
}

/** Writes a whole number below 2^53, seven bits a byte, lowest first. Returns the offset behind it. */
export function writeVarint(target: Buffer, offset: number, value: number): number {
  while (value > 0x7f) {
    target[offset++] = (value % 0x80) | 0x80
    value = Math.floor(value / 0x80)
  }
  target[offset] = value
  return offset + 1
}

export function varintLength(value: number): number {
  let length = 1
  while (value > 0x7f) {
    value = Math.floor(value / 0x80)
    length++
  }
  return length
}

/** Reads varints from a frame body; `offset` stands behind the last one read. */
export class VarintReader {
  offset = 0

  read(bytes: Buffer, offset: number, end: number): number {
    let value = 0
    let factor = 1
    for (let read = 0; read < MAX_VARINT && offset < end; read++) {
      const byte = bytes[offset++] as number
      value += (byte & 0x7f) * factor
      if (byte < 0x80) {
        this.offset = offset
        if (value > Number.MAX_SAFE_INTEGER) break
        return value
      }
      factor *= 0x80
    }
    throw new IpemError('ERR_IPEM_PROTOCOL', 'Expected a whole number of at most 53 bits in a frame')
  }
}

/** Of a frame that is read straight into: less is not worth the care. */
const MIN_SPACE = 16_384

export type FrameSink = (kind: FrameKind, bytes: Buffer, start: number, end: number) => void

/**
 * Cuts a byte stream into frames, however the bytes are split. Frames that lie whole in a chunk are reported
 * in place; a frame split over chunks is gathered once in a buffer of its exact size.
 */
export class FrameReader {
  readonly #maxFrame: number
  readonly #sink: FrameSink
  /** Of a frame that began in an earlier chunk. */
  readonly #head = Buffer.alloc(FRAME_HEAD)
  #headFilled = 0
  #body: Buffer | null = null
  #bodyFilled = 0
  /** The chunk being read, and the first byte in it that is not reported yet. */
  #chunk: Buffer | null = null
  #next = 0
  #stopped = false

  /** `maxFrame`: the largest frame that is taken, in bytes of kind and body. */
  constructor(maxFrame: number, sink: FrameSink) {
    this.#maxFrame = maxFrame
    this.#sink = sink
  }

  /** After this no frame is reported any more, also not from the chunk being read. */
  stop(): void {
    this.#stopped = true
    this.#chunk = null
    this.#body = null
  }

  /**
   * May be called by the sink, too: what is left of the chunk being read comes first.
   * @throws ERR_IPEM_PROTOCOL a frame that is empty, oversized or of an unknown kind: the stream is beyond repair
   */
  push(chunk: Buffer): void {
    const unread = this.#chunk
    if (unread !== null) this.#read(unread.subarray(this.#next))
    if (!this.#stopped) this.#read(chunk)
  }

  #read(chunk: Buffer): void {
    this.#chunk = chunk
    let offset = this.#headFilled > 0 ? this.#continueSplitFrame(chunk) : 0
    // Another chunk, or none, when the sink has stopped us or has pushed within its call.
    while (this.#chunk === chunk && chunk.length - offset >= FRAME_HEAD) {
      const length = this.#checkHead(chunk, offset)
      const start = offset + FRAME_HEAD
      offset = start + length
      if (offset > chunk.length) {
        this.#startSplitFrame(chunk, start, length)
        return
      }
      this.#next = offset
      this.#sink(chunk[start - 1] as FrameKind, chunk, start, offset)
    }
    if (this.#chunk !== chunk) return
    this.#chunk = null
    if (offset < chunk.length) this.#headFilled = chunk.copy(this.#head, 0, offset)
  }

  /** The rest of a frame that is being gathered, if it is worth reading straight into; `filled` follows. */
  space(): Buffer | null {
    if (this.#body === null || this.#chunk !== null) return null
    const space = this.#body.subarray(this.#bodyFilled)
    return space.length < MIN_SPACE ? null : space
  }

  /** So many bytes were written into the last `space()`. */
  filled(bytes: number): void {
    if (this.#body === null) return
    this.#bodyFilled += bytes
    if (this.#bodyFilled === this.#body.length) this.#endSplitFrame(this.#body)
  }

  #startSplitFrame(chunk: Buffer, start: number, length: number): void {
    this.#chunk = null
    chunk.copy(this.#head, 0, start - FRAME_HEAD, start)
    this.#headFilled = FRAME_HEAD
    this.#body = Buffer.allocUnsafe(length)
    this.#bodyFilled = chunk.copy(this.#body, 0, start)
  }

  /** Returns the offset behind what belongs to the frame that began in an earlier chunk. */
  #continueSplitFrame(chunk: Buffer): number {
    let offset = 0
    if (this.#body === null) {
      offset = chunk.copy(this.#head, this.#headFilled, 0, FRAME_HEAD - this.#headFilled)
      this.#headFilled += offset
      if (this.#headFilled < FRAME_HEAD) return offset
      this.#body = Buffer.allocUnsafe(this.#checkHead(this.#head, 0))
      this.#bodyFilled = 0
    }
    const body = this.#body
    const copied = chunk.copy(body, this.#bodyFilled, offset)
    offset += copied
    this.#bodyFilled += copied
    if (this.#bodyFilled < body.length) return offset
    this.#next = offset
    this.#endSplitFrame(body)
    return offset
  }

  #endSplitFrame(body: Buffer): void {
    this.#body = null
    this.#headFilled = 0
    this.#sink(this.#head[FRAME_HEAD - 1] as FrameKind, body, 0, body.length)
  }

  /** Checks length and kind before a byte of the body is awaited or reserved. Returns the length of the body. */
  #checkHead(bytes: Buffer, offset: number): number {
    const length = bytes.readUInt32LE(offset)
    const kind = bytes[offset + 4] as number
    if (length === 0 || length > this.#maxFrame) {
      throw new IpemError('ERR_IPEM_PROTOCOL', `Expected a frame of 1 to ${this.#maxFrame} bytes, got ${length}`, {
        limit: this.#maxFrame,
      })
    }
    if (kind === 0 || kind > MAX_KIND) {
      throw new IpemError('ERR_IPEM_PROTOCOL', `Expected a frame kind from 1 to ${MAX_KIND}, got ${kind}`)
    }
    return length - 1
  }
}
