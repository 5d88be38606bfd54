// The arguments of an event <-> its payload: one byte that names the form, then MessagePack.
// Owns the choice of the form. Plain: the arguments as they are. Structured: payload-writer.ts and payload-reader.ts.

import { RESERVE_START_SPACE } from 'msgpackr/pack'
import { IpemError } from '../errors.js'
import { packr, packrOfLargeMaps, unpackrCopying, unpackrViewing } from './packers.js'
import { PayloadCheck } from './payload-check.js'
import { isPlain } from './payload-plain.js'
import { fromStructured } from './payload-reader.js'
import { tooLarge, toStructured } from './payload-writer.js'

/** The first byte of a payload. */
export const PayloadForm = Object.freeze({ plain: 0, structured: 1 } as const)

/** In a payload of this size and more Buffers are views of it, in a smaller one copies. */
const VIEWS_FROM_BYTES = 16_384

const checker = new PayloadCheck()

/** Room for the byte of the form. */
const AFTER_FORM = RESERVE_START_SPACE + 1

/**
 * The payload of an event. The Buffer is the caller's: nothing is written into it afterwards.
 *
 * @throws ERR_IPEM_UNSERIALIZABLE a value cannot travel; `path` says which, such as `args[1].callback`
 * @throws ERR_IPEM_TOO_LARGE the payload has more than `maxBytes`
 */
export function encodePayload(args: readonly unknown[], maxBytes: number): Buffer {
  const payload = packPlain(args, maxBytes) ?? packStructured(args, maxBytes)
  if (payload.length > maxBytes) throw tooLarge(payload.length, maxBytes)
  return payload
}

/**
 * The arguments in bytes `start` to `end`.
 *
 * @throws ERR_IPEM_PROTOCOL these bytes are not a payload
 */
export function decodePayload(bytes: Buffer, start: number, end: number): unknown[] {
  try {
    checker.check(bytes, start + 1, end)
    const unpackr = end - start < VIEWS_FROM_BYTES ? unpackrCopying : unpackrViewing
    const value: unknown = unpackr.unpack(bytes, { start: start + 1, end })
    const args =
      bytes[start] === PayloadForm.plain
        ? value
        : bytes[start] === PayloadForm.structured
          ? fromStructured(value)
          : null
    if (Array.isArray(args)) return args
  } catch (cause) {
    throw new IpemError('ERR_IPEM_PROTOCOL', 'Expected a well-formed payload', { cause })
  }
  throw new IpemError('ERR_IPEM_PROTOCOL', 'Expected a payload to be a list of arguments')
}

function packPlain(args: readonly unknown[], maxBytes: number): Buffer | null {
  try {
    if (!isPlain(args, maxBytes)) return null
    const payload = packr.pack(args, AFTER_FORM)
    payload[0] = PayloadForm.plain
    return payload
  } catch {
    // A getter threw: the structured form tells where.
    return null
  }
}

function packStructured(args: readonly unknown[], maxBytes: number): Buffer {
  const payload = packrOfLargeMaps.pack(toStructured(args, maxBytes), AFTER_FORM)
  payload[0] = PayloadForm.structured
  return payload
}
