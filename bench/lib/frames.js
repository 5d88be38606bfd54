// Length-prefixed frames over one more stdio pipe between parent and child: what the pipe contenders share.

import { Socket } from 'node:net'
import { streamPace } from './pace.js'
import { ended, forkMembers, quiet } from './place.js'

const SLAB_BYTES = 65_536
const HEAD = 4

/** From here on a body is written as it is: copying it would cost more than one more chunk. */
const BY_REFERENCE_BYTES = 16_384

/** The root's end of a pipe to its only child, or the child's end. `onData` gets what arrives. */
export function openPipe(place, onData) {
  const isRoot = place.path === ''
  const children = isRoot ? forkMembers(place, { stdio: [...quiet, 'ipc', 'pipe'] }) : []
  const stream = isRoot ? children[0].stdio[4] : new Socket({ fd: 4, readable: true, writable: true })
  stream.on('data', onData)
  // The child's end is reset when the child goes.
  stream.on('error', () => {})
  return { stream, address: isRoot ? '' : '0', ...streamPace(stream), close: () => ended(children) }
}

/** Writes a body behind its length. Gathers frames in slabs, which leave when they are full or at the end of the tick. */
export function frameWriter(stream) {
  const spare = []
  let slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
  let filled = 0
  const flush = () => {
    if (filled === 0) return
    const written = slab
    stream.write(written.subarray(0, filled), () => spare.push(written))
    slab = spare.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES)
    filled = 0
  }
  const writeLarge = (body) => {
    flush()
    const head = Buffer.allocUnsafe(HEAD)
    head.writeUInt32LE(body.length)
    stream.cork()
    stream.write(head)
    stream.write(body)
    stream.uncork()
  }
  return (body) => {
    if (body.length >= BY_REFERENCE_BYTES) {
      writeLarge(body)
      return
    }
    if (filled + HEAD + body.length > SLAB_BYTES) flush()
    if (filled === 0) process.nextTick(flush)
    slab.writeUInt32LE(body.length, filled)
    body.copy(slab, filled + HEAD)
    filled += HEAD + body.length
  }
}

/**
 * Takes chunks and calls the listener for each whole frame: with its length, or with its body where `keep` is set. A
 * body that lies within one chunk is a view of it, any other is put together.
 */
export function frameSplitter(listener, keep) {
  const head = Buffer.alloc(HEAD)
  let headFilled = 0
  let length = 0
  let missing = 0
  let body = null
  return (chunk) => {
    let offset = 0
    while (offset < chunk.length) {
      if (headFilled < HEAD) {
        if (headFilled === 0 && chunk.length - offset >= HEAD) {
          length = chunk.readUInt32LE(offset)
          headFilled = HEAD
          offset += HEAD
        } else {
          head[headFilled++] = chunk[offset++]
          if (headFilled < HEAD) continue
          length = head.readUInt32LE()
        }
        missing = length
        body = null
      }
      const part = Math.min(missing, chunk.length - offset)
      if (keep && part === length) body = chunk.subarray(offset, offset + length)
      else if (keep && part > 0) {
        body ??= Buffer.allocUnsafeSlow(length)
        chunk.copy(body, length - missing, offset, offset + part)
      }
      offset += part
      missing -= part
      if (missing > 0) return
      headFilled = 0
      listener(keep ? body : length)
    }
  }
}
