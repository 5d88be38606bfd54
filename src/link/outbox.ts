// What a link still has to write: frames gathered in slabs, large payloads by reference.
// Owns the bytes until the sink took them; knows nothing of sockets.

import { FRAME_HEAD, FrameKind, MAX_VARINT, varintLength, writeFrameHead, writeVarint } from '../wire/frame.js'
import type { Keep } from '../wire/payload-memory.js'
import { spareMemory } from '../wire/spare-memory.js'

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
  /** Memory to be given back when it is out. */
  #lent: Buffer[] = []

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

  /** One event frame, written in place: header id, request id, payload. */
  addEvent(headerId: number, requestId: number, payload: Buffer, start: number, end: number, keep: Keep): void {
    const payloadBytes = end - start
    const large = keep !== 'copy' && payloadBytes >= BY_REFERENCE_BYTES
    const slab = this.#room(FRAME_HEAD + 2 * MAX_VARINT + (large ? 0 : payloadBytes))
    const ids = varintLength(headerId) + varintLength(requestId)
    let offset = writeFrameHead(slab, this.#filled, FrameKind.event, ids + payloadBytes)
    offset = writeVarint(slab, offset, headerId)
    offset = writeVarint(slab, offset, requestId)
    this.#bytes += FRAME_HEAD + ids + payloadBytes
    if (large) {
      this.#filled = offset
      this.#queueBody(payload.subarray(start, end))
      if (keep === 'lend') this.#lent.push(payload)
      return
    }
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

  /** Holds nothing from now on: whoever still knows the link must not keep what it had queued. */
  close(): void {
    this.take()
    this.#lent = []
    this.#slab = null
  }

  /** The sink is done with all that was taken: memory that holds nothing else can be written again. */
  reuse(): void {
    if (this.#lent.length > 0) this.#giveBack()
    if (this.#bytes > 0) return
    this.#filled = 0
    this.#queuedTo = 0
  }

  #room(size: number): Buffer {
    if (this.#slab !== null && this.#slab.length - this.#filled >= size) return this.#slab
    this.#queueSlab(false)
    this.#slab = Buffer.allocUnsafeSlow(Math.max(this.#nextSlabBytes, size))
    this.#nextSlabBytes = Math.min(this.#nextSlabBytes * 4, SLAB_BYTES)
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

  #giveBack(): void {
    for (let [next] = this.#lent; next !== undefined; [next] = this.#lent) {
      const { buffer } = next
      if (this.#chunks.some((chunk) => chunk.buffer === buffer)) return
      this.#lent.shift()
      spareMemory.give(next)
    }
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
