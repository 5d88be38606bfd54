// The content of a notice: what one process tells another about a message that could not be delivered,
// or about a request nobody waits for any more. Encoded as plain arguments; checked here when it comes in.

import { IpemError, type IpemErrorCode } from '../errors.js'
import type { Message, MessageTypeNumber } from '../message.js'
import { decodePayload } from '../wire/payload.js'
import type { Track } from './track.js'

/** Larger arguments are not sent back with the notice. */
const MAX_RETURNED_BYTES = 65_536

const CANCEL = 'cancel'

export const cancelArgs: readonly unknown[] = Object.freeze([CANCEL])

export function isCancel(message: Message): boolean {
  return message.args[0] === CANCEL
}

/** `payload`: the encoded arguments of the message, if they are to go back to its origin. */
export function noticeArgs(track: Track, error: IpemError, payload: Buffer | null): unknown[] {
  const { type, event, to } = track.header
  const returned = payload !== null && payload.length <= MAX_RETURNED_BYTES ? payload : null
  return [error.code, error.message, error['pid'] ?? null, error['count'] ?? null, error['ended'] ?? null, type, event, to, returned]
}

/**
 * The error a notice stands for, with the undelivered message as far as it came back; null if it makes no sense.
 * Only the two codes a relay can give are believed.
 */
export function errorOfNotice({ args, pids }: Message): IpemError | null {
  const [code, text, pid, count, ended, type, event, to, returned] = args
  if (code !== 'ERR_IPEM_UNREACHABLE' && code !== 'ERR_IPEM_OVERFLOW') return null
  if (typeof text !== 'string' || typeof event !== 'string' || typeof type !== 'number') return null
  const self = pids.at(-1) as string
  const message: Message = {
    from: self,
    pids: Object.freeze([self]),
    ...(typeof to === 'string' ? { to, route: Object.freeze([]) } : {}),
    type: type as MessageTypeNumber,
    event,
    args: Object.freeze(Buffer.isBuffer(returned) ? decodePayload(returned, 0, returned.length) : []),
  }
  const facts = code === 'ERR_IPEM_OVERFLOW' ? { count, ended } : {}
  return new IpemError(code as IpemErrorCode, text, { pid, event, to: to ?? undefined, reporter: pids[0], ...facts, undelivered: message })
}
