// What a link still has to write: small frames gathered in a slab, large payloads kept by reference.
// Owns the bytes until the sink took them; knows nothing of sockets.

import { FRAME_HEAD, FrameKind, MAX_VARINT, varintLength, writeFrameHead, writeVarint } from '../wire/frame.js'

/** A slab leaves at once when it is full, otherwise at the end of the tick. */
const SLAB_BYTES = 65_536

/** Slabs grow with the traffic: a process with thousands of quiet links should pay little for them. */
const FIRST_SLAB_BYTES = 4096

/** From here on a payload is queued by reference: copying it would cost more than one more chunk. */
const BY_REFERENCE_BYTES = 16_384

export class Outbox {
  #slab: Buffer | null = null
  /** Written part of the slab, and the part of it that was already queued. */
  #filled = 0
  #queuedTo = 0
  #chunks: Buffer[] = []
  #bytes = 0
  #nextSlabBytes = FIRST_SLAB_BYTES

  /** Bytes not yet taken. */
  get bytes(): number {
    return this.#bytes
  }

  addFrame(kind: FrameKind, body: Uint8Array): void {
    const size = FRAME_HEAD + body.length
    this.#bytes += size
    if (body.length >= BY_REFERENCE_BYTES) {
      const slab = this.#room(FRAME_HEAD)
      this.#filled = writeFrameHead(slab, this.#filled, kind, body.length)
      this.#queueChunk(body)
      return
    }
    const slab = this.#room(size)
    const offset = writeFrameHead(slab, this.#filled, kind, body.length)
    slab.set(body, offset)
    this.#filled = offset + body.length
  }

  /** One event frame, written in place: header id, request id, payload. */
  addEvent(headerId: number, requestId: number, payload: Buffer, start: number, end: number): void {
    const payloadBytes = end - start
    const large = payloadBytes >= BY_REFERENCE_BYTES
    const slab = this.#room(FRAME_HEAD + 2 * MAX_VARINT + (large ? 0 : payloadBytes))
    const ids = varintLength(headerId) + varintLength(requestId)
    let offset = writeFrameHead(slab, this.#filled, FrameKind.event, ids + payloadBytes)
    offset = writeVarint(slab, offset, headerId)
    offset = writeVarint(slab, offset, requestId)
    this.#bytes += FRAME_HEAD + ids + payloadBytes
    if (large) {
      this.#filled = offset
      this.#queueChunk(payload.subarray(start, end))
      return
    }
    payload.copy(slab, offset, start, end)
    this.#filled = offset + payloadBytes
  }

  /** True when a full slab waits: it should leave before the end of the tick. */
  get full(): boolean {
    return this.#chunks.length > 0
  }

  /** All that is queued, in order; the outbox is empty afterwards. */
  take(): Buffer[] {
    this.#queueSlab()
    const chunks = this.#chunks
    this.#chunks = []
    this.#bytes = 0
    return chunks
  }

  /** The sink has taken every byte: the slab can be written from its start again. */
  reuse(): void {
    if (this.#bytes > 0) return
    this.#filled = 0
    this.#queuedTo = 0
  }

  #room(size: number): Buffer {
    if (this.#slab !== null && this.#slab.length - this.#filled >= size) return this.#slab
    this.#queueSlab()
    this.#slab = Buffer.allocUnsafeSlow(Math.max(this.#nextSlabBytes, size))
    this.#nextSlabBytes = Math.min(this.#nextSlabBytes * 4, SLAB_BYTES)
    this.#filled = 0
    this.#queuedTo = 0
    return this.#slab
  }

  #queueSlab(): void {
    if (this.#slab === null || this.#filled === this.#queuedTo) return
    this.#chunks.push(this.#slab.subarray(this.#queuedTo, this.#filled))
    this.#queuedTo = this.#filled
  }

  #queueChunk(bytes: Uint8Array): void {
    this.#queueSlab()
    this.#chunks.push(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  }
}

/**
 * Frames that are not whole in the first `written` bytes of what an outbox gave.
 * An outbox never splits a frame's head over two chunks.
 */
export function countFrames(chunks: readonly Buffer[], written = 0): number {
  let count = 0
  let position = 0
  let next = 0
  for (const chunk of chunks) {
    const end = position + chunk.length
    while (next < end) {
      next += FRAME_HEAD - 1 + chunk.readUInt32LE(next - position)
      if (next > written) count++
    }
    position = end
  }
  return count
}
