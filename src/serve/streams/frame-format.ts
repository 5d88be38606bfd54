// What both directions of a framed stream agree on: the bytes that stand around a payload. The table is in
// docs/streams.md.

import { IpemError } from '../../index.js'

/** Before a text; hixie-76 and the multi-node of 2010 have it so. */
export const TEXT = 0x00

/** Behind a text: a byte that UTF-8 never has. */
export const TEXT_END = 0xff

/** Before the length of a binary payload. */
export const BINARY = 0x80

/** In a byte of a length: there is another one. */
export const MORE = 0x80

/** `size`: where it is known. */
export function tooLarge(limit: number, size?: number): IpemError {
  return new IpemError(
    'ERR_IPEM_TOO_LARGE',
    `Expected a payload of at most ${limit} bytes, got ${size ?? 'more'}`,
    size === undefined ? { limit } : { limit, size },
  )
}

export function notTheProtocol(message: string, cause?: unknown): IpemError {
  return new IpemError('ERR_IPEM_PROTOCOL', message, cause === undefined ? {} : { cause })
}
