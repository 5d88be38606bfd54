// The arguments of an event <-> its payload: one byte that names the form, then MessagePack.
// Owns the choice of the form. Plain: the arguments as they are. Structured: payload-writer.ts and payload-reader.ts.

import { IpemError } from '../errors.js'
import { ownCopy } from './own-copy.js'
import { PayloadMemory } from './payload-memory.js'
import { MAX_DEPTH } from './payload-nodes.js'
import { fromStructured } from './payload-reader.js'
import { tooLarge, toStructured } from './payload-writer.js'
import { PlainReader } from './plain-reader.js'
import type { PlainWriter } from './plain-writer.js'

/** The first byte of a payload. */
export const PayloadForm = Object.freeze({ plain: 0, structured: 1 } as const)

/** Deeper values take the structured form. A cycle is followed to here before it is taken for one, so it is kept low. */
const MAX_PLAIN_DEPTH = 32

/** Of the structured form: each of its values is at most a list in a list. */
const MAX_READ_DEPTH = 2 * MAX_DEPTH

// Shared by all of the process: they hold nothing from one payload to the next but memory and the text of keys.
const shared = new PayloadMemory()
const reader = new PlainReader()

/**
 * The payload of an event, in memory that is the caller's until `release()`, which must follow.
 *
 * @throws ERR_IPEM_UNSERIALIZABLE a value cannot travel; `path` says which, such as `args[1].callback`
 * @throws ERR_IPEM_TOO_LARGE the payload has more than `maxBytes`
 */
export function writePayload(args: readonly unknown[], maxBytes: number): PayloadMemory {
  // A getter among the arguments, or somebody who is told what became of them, may send while they are still needed.
  const free = shared.isHeld ? new PayloadMemory() : shared
  free.hold()
  try {
    if (!writePlain(free.writer, args, maxBytes)) writeStructured(free.writer, args, maxBytes)
    if (free.length > maxBytes) throw tooLarge(free.length, maxBytes)
    return free
  } catch (error) {
    free.release()
    throw error
  }
}

/** As `writePayload`, in memory of its own. */
export function encodePayload(args: readonly unknown[], maxBytes: number): Buffer {
  const written = writePayload(args, maxBytes)
  const payload = ownCopy(written.bytes, 0, written.length)
  written.release()
  return payload
}

/**
 * The arguments in bytes `start` to `end`. Buffers of 16 KiB and more are views of `bytes`, all else is copied.
 *
 * @throws ERR_IPEM_PROTOCOL these bytes are not a payload
 */
export function decodePayload(bytes: Buffer, start: number, end: number): unknown[] {
  const form = start < end ? bytes[start] : undefined
  let args: unknown
  try {
    if (form === PayloadForm.plain) args = reader.read(bytes, start + 1, end, MAX_READ_DEPTH)
    if (form === PayloadForm.structured) args = fromStructured(reader.read(bytes, start + 1, end, MAX_READ_DEPTH))
  } catch (cause) {
    throw new IpemError('ERR_IPEM_PROTOCOL', 'Expected a well-formed payload', { cause })
  }
  if (Array.isArray(args)) return args
  throw new IpemError('ERR_IPEM_PROTOCOL', 'Expected a payload to be a list of arguments')
}

function writePlain(writer: PlainWriter, args: readonly unknown[], maxBytes: number): boolean {
  try {
    return writer.write(args, MAX_PLAIN_DEPTH, maxBytes, PayloadForm.plain)
  } catch {
    // A getter threw: the structured form tells where.
    return false
  }
}

function writeStructured(writer: PlainWriter, args: readonly unknown[], maxBytes: number): void {
  const nodes = toStructured(args, maxBytes)
  const isWritten = writer.write(nodes, MAX_READ_DEPTH, maxBytes, PayloadForm.structured)
  if (isWritten) return
  if (writer.isTooLarge) throw tooLarge(maxBytes + 1, maxBytes)
  throw new IpemError('ERR_IPEM_UNSERIALIZABLE', 'Expected arguments that do not change while they are sent')
}
