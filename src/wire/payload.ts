// The arguments of an event <-> its payload: one byte that names the form, then MessagePack.
// Owns the choice of the form. Plain: the arguments as they are. Structured: payload-writer.ts and payload-reader.ts.

import { IpemError } from '../errors.js'
import { packr, packrOfLargeMaps, unpackrCopying, unpackrViewing } from './packers.js'
import { isSmall, PayloadCheck } from './payload-check.js'
import { PayloadPacker } from './payload-packer.js'
import { isPlain } from './payload-plain.js'
import { fromStructured } from './payload-reader.js'
import { tooLarge, toStructured } from './payload-writer.js'

/** The first byte of a payload. */
export const PayloadForm = Object.freeze({ plain: 0, structured: 1 } as const)

const checker = new PayloadCheck()
const packer = new PayloadPacker()

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
 * The arguments in bytes `start` to `end`. Buffers of 16 KiB and more are views of `bytes`, all else is copied.
 *
 * @throws ERR_IPEM_PROTOCOL these bytes are not a payload
 */
export function decodePayload(bytes: Buffer, start: number, end: number): unknown[] {
  try {
    checker.check(bytes, start + 1, end)
    const { large, small } = checker
    const unpackr = large ? unpackrViewing : unpackrCopying
    const value: unknown = unpackr.unpack(bytes, { start: start + 1, end })
    if (large && small) detachSmall(value)
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
    const large = lengthOfBuffers(args)
    return large > maxBytes ? null : packer.pack(packr, PayloadForm.plain, args, large)
  } catch {
    // A getter threw: the structured form tells where.
    return null
  }
}

function packStructured(args: readonly unknown[], maxBytes: number): Buffer {
  return packer.pack(packrOfLargeMaps, PayloadForm.structured, toStructured(args, maxBytes), lengthOfBuffers(args))
}

/** Of those that are arguments themselves, as large ones mostly are. */
function lengthOfBuffers(args: readonly unknown[]): number {
  let length = 0
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]
    if (typeof arg === 'object' && Buffer.isBuffer(arg)) length += arg.length
  }
  return length
}

/** Where a large Buffer keeps the bytes alive, a small one beside it must not do so too when the large one is gone. */
function detachSmall(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  // Not Buffer.from(): from Node 24 on that would cut it from a pool of 64 KiB.
  if (Buffer.isBuffer(value)) return isSmall(value.length) ? Uint8Array.prototype.slice.call(value) : value
  const parts = value as Record<string, unknown>
  for (const key of Object.keys(parts)) parts[key] = detachSmall(parts[key])
  return value
}
