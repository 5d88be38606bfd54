// What frameStream() takes, and what it says of anything else.

import type { Duplex } from 'node:stream'
import { inspect } from 'node:util'
import { IpemError } from '../../index.js'

/** What can be framed: a socket, or any duplex stream of bytes. */
export type FramableStream = Duplex & { readonly id?: string; readonly connecting?: boolean }

export interface FrameStreamOptions {
  /**
   * The largest payload, in bytes of JSON or binary, that is sent or taken. 1 to 1 GiB.
   * @default 67108864
   */
  readonly maxPayload?: number | undefined
}

const DEFAULT_MAX_PAYLOAD = 64 * 1024 * 1024

const MAX_PAYLOAD_LIMIT = 1024 ** 3

const MAX_SHOWN = 160

/** @throws ERR_IPEM_INVALID_OPTION */
export function maxPayloadOf({ maxPayload = DEFAULT_MAX_PAYLOAD, ...unknown }: FrameStreamOptions): number {
  for (const option of Object.keys(unknown)) {
    throw new IpemError('ERR_IPEM_INVALID_OPTION', `Unknown option \`${option}\``, { option })
  }
  if (Number.isInteger(maxPayload) && maxPayload >= 1 && maxPayload <= MAX_PAYLOAD_LIMIT) return maxPayload
  const message = `Expected \`maxPayload\` to be an integer 1–${MAX_PAYLOAD_LIMIT}, got \`${shown(maxPayload)}\``
  throw new IpemError('ERR_IPEM_INVALID_OPTION', message, { option: 'maxPayload', value: maxPayload })
}

/** @throws ERR_IPEM_INVALID_ARG */
export function checkStream(stream: Partial<FramableStream> | null): void {
  const { on, write, end, destroy, readableObjectMode, writableObjectMode, readableEncoding } = stream ?? {}
  const isDuplex = [on, write, end, destroy].every((method) => typeof method === 'function')
  if (isDuplex && !readableObjectMode && !writableObjectMode && (readableEncoding ?? null) === null) return
  const message = `Expected \`stream\` to be a duplex stream of bytes, got ${shown(stream)}`
  throw new IpemError('ERR_IPEM_INVALID_ARG', message, { argument: 'stream', value: stream })
}

function shown(value: unknown): string {
  const text = inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY })
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text
}
