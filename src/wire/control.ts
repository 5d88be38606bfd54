// The bodies of frames that are no events: lists of plain values, small and rare, each in memory of its own.

import { IpemError } from '../errors.js'
import { ownCopy } from './own-copy.js'
import { PlainReader } from './plain-reader.js'
import { PlainWriter } from './plain-writer.js'

const SLAB_BYTES = 1_024

/** Frames of many names are rare. */
const MAX_KEPT_BYTES = 16_384

/** A list of lists, at most. */
const MAX_DEPTH = 4

// Shared by all links: they hold nothing from one frame to the next but memory and the text of keys.
const writer = new PlainWriter(SLAB_BYTES)
const reader = new PlainReader()

/** The fields are plain values. */
export function packFields(fields: readonly unknown[]): Buffer {
  const isWritten = write(fields) || write(wellFormed(fields))
  if (!isWritten) throw new IpemError('ERR_IPEM_UNSERIALIZABLE', 'Expected the fields of a frame to be plain values')
  const bytes = ownCopy(writer.bytes, 0, writer.length)
  if (bytes.length > MAX_KEPT_BYTES) writer.forget()
  return bytes
}

/** Throws where the bytes are not exactly one value. */
export function unpackFields(bytes: Buffer, start: number, end: number): unknown {
  return reader.read(bytes, start, end, MAX_DEPTH)
}

function write(fields: unknown): boolean {
  return writer.write(fields, MAX_DEPTH, Number.POSITIVE_INFINITY)
}

/** Half of a surrogate pair has no bytes of UTF-8: a title or a name may have one, and the frame has to leave all the same. */
function wellFormed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wellFormed)
  return typeof value === 'string' ? value.toWellFormed() : value
}
