// Headers: what is said about a message apart from its payload, numbered once for each link.
// Owns their bytes, their validation and the two rings of ids; knows nothing of where a message goes.

import { IpemError } from '../errors.js'
import { validateHeader } from '../generated/validators.js'
import { MAX_EVENT_BYTES, type MessageTypeNumber } from '../message.js'
import { packFields, unpackFields } from './control.js'
import { VarintReader, varintLength, writeVarint } from './frame.js'

/** Most bytes of an encoded header. */
export const MAX_HEADER_BYTES = 8192

/** Of an id; a ring has fewer than 2^21 of them. */
const MAX_ID_BYTES = 3

/**
 * A header as it stands on the wire: `pids` ends with the process that sends it, `route` holds the hops that
 * are left for the process that gets it (target first), or null where the topology finds the way.
 */
export interface WireHeader {
  readonly type: MessageTypeNumber
  readonly event: string
  readonly pids: readonly string[]
  readonly to: string | null
  readonly route: readonly string[] | null
}

const varints = new VarintReader()

/**
 * The bytes of a header without its id; one header object can be sent on many links.
 * @throws ERR_IPEM_TOO_LARGE
 */
export function encodeHeader(header: WireHeader): Buffer {
  const bytes = packFields([header.type, header.event, header.pids, header.to, header.route])
  if (bytes.length > MAX_HEADER_BYTES) {
    throw new IpemError(
      'ERR_IPEM_TOO_LARGE',
      `Expected a header of at most ${MAX_HEADER_BYTES} bytes, got ${bytes.length}`,
      {
        size: bytes.length,
        limit: MAX_HEADER_BYTES,
      },
    )
  }
  return bytes
}

/** The body of a header frame: the id and the header's bytes. */
export function headerFrameBody(id: number, bytes: Buffer): Buffer {
  const start = varintLength(id)
  const body = Buffer.allocUnsafe(start + bytes.length)
  writeVarint(body, 0, id)
  body.set(bytes, start)
  return body
}

/** @throws ERR_IPEM_PROTOCOL whatever is wrong with the bytes */
export function parseHeaderFrame(bytes: Buffer, start: number, end: number): { id: number; header: WireHeader } {
  if (end - start > MAX_HEADER_BYTES + MAX_ID_BYTES) throw malformed()
  const id = varints.read(bytes, start, end)
  let value: unknown
  try {
    value = unpackFields(bytes, varints.offset, end)
  } catch (cause) {
    throw malformed(cause)
  }
  if (!validateHeader(value)) throw malformed()
  const [type, event, pids, to, route] = value as [MessageTypeNumber, string, string[], string | null, string[] | null]
  if (Buffer.byteLength(event) > MAX_EVENT_BYTES) throw malformed()
  return {
    id,
    header: { type, event, pids: Object.freeze(pids), to, route: route === null ? null : Object.freeze(route) },
  }
}

function malformed(cause?: unknown): IpemError {
  return new IpemError(
    'ERR_IPEM_PROTOCOL',
    'Expected a well-formed message header',
    cause === undefined ? {} : { cause },
  )
}

/** The sending side of a link: which header has which id. The oldest id is reused when the ring is full. */
export class HeaderRing<H> {
  readonly #ids = new Map<H, number>()
  readonly #slots: H[] = []
  readonly #size: number
  #next = 0

  constructor(size: number) {
    this.#size = size
  }

  /** The id under which the other end knows this header, if it does. */
  idOf(header: H): number | undefined {
    return this.#ids.get(header)
  }

  /** Takes the next id for a header that has none; the header frame must be sent before the next event. */
  define(header: H): number {
    const id = this.#next
    this.#next = (id + 1) % this.#size
    const evicted = this.#slots[id]
    if (evicted !== undefined) this.#ids.delete(evicted)
    this.#slots[id] = header
    this.#ids.set(header, id)
    return id
  }
}
