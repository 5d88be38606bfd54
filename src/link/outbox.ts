// What a link still has to write: frames gathered in slabs, large payloads that last kept by reference.
// Owns the bytes until the sink took them; knows nothing of sockets.

import { FRAME_HEAD, FrameKind, MAX_VARINT, varintLength, writeFrameHead, writeVarint } from '../wire/frame.js'

/** So many bytes leave at once, fewer at the end of the tick. */
const SLAB_BYTES = 65_536

/** Slabs grow with the traffic: a process with thousands of quiet links should pay little for them. */
const FIRST_SLAB_BYTES = 1024

/** From here on a payload is queued by reference, if it may be: copying it would cost more than one more chunk. */
const BY_REFERENCE_BYTES = 16_384

/** Up to here copying byte by byte costs less than a call into Node. */
const BY_HAND_BYTES = 128

export class Outbox {
  #slab: Buffer | null = null
  /** Written part of the slab, and the part of it that was already queued. */
  #filled = 0
  #queuedTo = 0
  #chunks: Buffer[] = []
  /** For each chunk, whether its last frame goes on in the next one. */
  #open: boolean[] = []
  #bytes = 0
  #nextSlabBytes = FIRST_SLAB_BYTES
  /** Large slabs take turns: one is written by the sink, and kept for when it is done, while the next one is filled. */
  #retired: Buffer | null = null
  #spare: Buffer | null = null
  #usedLarge = false

  /** Bytes not yet taken. */
  get bytes(): number {
    return this.#bytes
  }

  addFrame(kind: FrameKind, body: Uint8Array): void {
    const size = FRAME_HEAD + body.length
    const large = body.length >= BY_REFERENCE_BYTES
    const slab = this.#room(large ? FRAME_HEAD : size)
    const offset = writeFrameHead(slab, this.#filled, kind, body.length)
    this.#bytes += size
    this.#filled = offset
    if (large) {
      this.#queueBody(Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength))
      return
    }
    slab.set(body, offset)
    this.#filled = offset + body.length
  }

  /** One event frame, written in place: header id, request id, payload. `lasting`: that is not written to again. */
  addEvent(headerId: number, requestId: number, payload: Buffer, start: number, end: number, lasting: boolean): void {
    const payloadBytes = end - start
    const large = lasting && payloadBytes >= BY_REFERENCE_BYTES
    const slab = this.#room(FRAME_HEAD + 2 * MAX_VARINT + (large ? 0 : payloadBytes))
    const ids = varintLength(headerId) + varintLength(requestId)
    let offset = writeFrameHead(slab, this.#filled, FrameKind.event, ids + payloadBytes)
    offset = writeVarint(slab, offset, headerId)
    offset = writeVarint(slab, offset, requestId)
    this.#bytes += FRAME_HEAD + ids + payloadBytes
    if (large) {
      this.#filled = offset
      this.#queueBody(payload.subarray(start, end))
      return
    }
    if (payloadBytes > SLAB_BYTES) this.#usedLarge = true
    if (payloadBytes <= BY_HAND_BYTES) for (let at = start; at < end; ) slab[offset++] = payload[at++] as number
    else offset += payload.copy(slab, offset, start, end)
    this.#filled = offset
  }

  /** True when a slab full of bytes waits: they should leave before the end of the tick. */
  get full(): boolean {
    return this.#bytes >= SLAB_BYTES
  }

  /** What is queued, in order: all of it, or whole frames until there are `minBytes`. */
  take(minBytes = Number.POSITIVE_INFINITY): Buffer[] {
    this.#queueSlab(false)
    const chunks = this.#chunks
    if (this.#bytes <= minBytes) {
      this.#chunks = []
      this.#open = []
      this.#bytes = 0
      return chunks
    }
    let count = 0
    let bytes = 0
    while (bytes < minBytes || this.#open[count - 1]) bytes += (chunks[count++] as Buffer).length
    this.#open.splice(0, count)
    this.#bytes -= bytes
    return chunks.splice(0, count)
  }

  /** The sink is done with all that was taken: memory that holds nothing else can be written again. */
  reuse(): void {
    const retired = this.#retired
    if (retired !== null && !this.#chunks.some(({ buffer }) => buffer === retired.buffer)) {
      this.#retired = null
      this.#spare = retired
    }
    if (this.#bytes > 0) return
    this.#filled = 0
    this.#queuedTo = 0
  }

  /** Whether there is memory that only large payloads need. */
  get large(): boolean {
    return this.#spare !== null || this.#retired !== null || (this.#slab?.length ?? 0) > SLAB_BYTES
  }

  /** Gives that memory back, if nothing is queued and it was not used since the last call. Answers whether. */
  shrink(): boolean {
    const used = this.#usedLarge || this.#bytes > 0
    this.#usedLarge = false
    if (used) return false
    this.#spare = null
    this.#retired = null
    if ((this.#slab?.length ?? 0) > SLAB_BYTES) this.#slab = null
    return true
  }

  #room(size: number): Buffer {
    if (this.#slab !== null && this.#slab.length - this.#filled >= size) return this.#slab
    this.#queueSlab(false)
    if (this.#slab !== null && this.#slab.length > SLAB_BYTES) this.#retired = this.#slab
    if (this.#spare !== null && this.#spare.length >= size) {
      this.#slab = this.#spare
      this.#spare = null
    } else {
      this.#slab = Buffer.allocUnsafeSlow(Math.max(this.#nextSlabBytes, size))
      this.#nextSlabBytes = Math.min(this.#nextSlabBytes * 4, SLAB_BYTES)
    }
    this.#filled = 0
    this.#queuedTo = 0
    return this.#slab
  }

  #queueSlab(open: boolean): void {
    if (this.#slab === null || this.#filled === this.#queuedTo) return
    this.#chunks.push(this.#slab.subarray(this.#queuedTo, this.#filled))
    this.#open.push(open)
    this.#queuedTo = this.#filled
  }

  /** The body of the frame whose head was written last. */
  #queueBody(bytes: Buffer): void {
    this.#queueSlab(true)
    this.#chunks.push(bytes)
    this.#open.push(false)
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
