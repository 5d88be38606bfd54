// One more stdio pipe with length-prefixed frames that nobody encodes or decodes: the limit of what a pipe gives.

import { Socket } from 'node:net'
import { streamPace } from '../lib/pace.js'
import { ended, forkMembers, quiet } from '../lib/place.js'

const SLAB_BYTES = 65_536
const HEAD = 4

/** From here on a body is written as it is: copying it would cost more than one more chunk. */
const BY_REFERENCE_BYTES = 16_384

/** Only lengths arrive. */
export const decodes = false

export async function open(place, listener) {
  const isRoot = place.path === ''
  const children = isRoot ? forkMembers(place, { stdio: [...quiet, 'ipc', 'pipe'] }) : []
  const stream = isRoot ? children[0].stdio[4] : new Socket({ fd: 4, readable: true, writable: true })
  stream.on('data', frameSplitter(listener))
  // The child's end is reset when the child goes.
  stream.on('error', () => {})
  return {
    address: isRoot ? '' : '0',
    sender: () => frameWriter(stream, Buffer.alloc(place.bytes, 'x')),
    ...streamPace(stream),
    close: () => ended(children),
  }
}

/** Gathers frames in slabs, which leave when they are full or at the end of the tick. */
function frameWriter(stream, body) {
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
  const writeLarge = () => {
    const head = Buffer.allocUnsafe(HEAD)
    head.writeUInt32LE(body.length)
    stream.cork()
    stream.write(head)
    stream.write(body)
    stream.uncork()
  }
  const writeSmall = () => {
    if (filled + HEAD + body.length > SLAB_BYTES) flush()
    if (filled === 0) process.nextTick(flush)
    slab.writeUInt32LE(body.length, filled)
    body.copy(slab, filled + HEAD)
    filled += HEAD + body.length
  }
  return body.length >= BY_REFERENCE_BYTES ? writeLarge : writeSmall
}

/** Calls the listener with the length of each whole frame. */
function frameSplitter(listener) {
  const head = Buffer.alloc(HEAD)
  let headFilled = 0
  let length = 0
  let missing = 0
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
      }
      const part = Math.min(missing, chunk.length - offset)
      offset += part
      missing -= part
      if (missing > 0) return
      headFilled = 0
      listener(length)
    }
  }
}
