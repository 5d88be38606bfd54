// The content of a notice: what one process tells another about a message that could not be delivered,
// or about a request nobody waits for any more. Encoded as plain arguments; checked here when it comes in.

import { IpemError } from '../errors.js'
import { type Message, MessageType, type MessageTypeNumber } from '../message.js'
import { decodePayload } from '../wire/payload.js'
import type { Track } from './track.js'

/** Larger arguments are not sent back with the notice. */
const MAX_RETURNED_BYTES = 65_536

const CANCEL = 'cancel'

export const cancelArgs: readonly unknown[] = Object.freeze([CANCEL])

export function isCancel(message: Message): boolean {
  return message.args[0] === CANCEL
}

export function unreachable(track: Track): IpemError {
  const { to, type, event } = track.header
  const whom = to ?? (type === MessageType.toGrandMaster ? 'the grand master' : 'anybody')
  return new IpemError('ERR_IPEM_UNREACHABLE', `Cannot reach ${whom} to deliver '${event}'`, { pid: to ?? undefined })
}

/** What the origin of a message is told where it is this very process: the error, and the message. */
export function withMessage(error: IpemError, track: Track, args: readonly unknown[]): IpemError {
  const { event, to } = track.header
  return new IpemError(error.code, error.message, {
    ...factsOf({ ...error, event, to }),
    undelivered: track.message([...args]),
  })
}

/** What is known, each of the type it must have. */
function factsOf({ pid, event, to, count, ended }: Record<string, unknown>): Record<string, unknown> {
  return {
    ...(typeof pid === 'string' && { pid }),
    ...(typeof event === 'string' && { event }),
    ...(typeof to === 'string' && { to }),
    ...(typeof count === 'number' && { count, ended: ended === true }),
  }
}

/** `payload`: the encoded arguments of the message, if they are to go back to its origin. */
export function noticeArgs(track: Track, error: IpemError, payload: Buffer | null): unknown[] {
  const { type, event, to } = track.header
  const returned = payload !== null && payload.length <= MAX_RETURNED_BYTES ? payload : null
  const { code, message, pid = null, count = null, ended = null } = error
  return [code, message, pid, count, ended, type, event, to, returned]
}

/**
 * The error a notice stands for, with the undelivered message as far as it came back; null if it makes no sense.
 * Only the two codes a relay can give are believed. It may come from far away: nothing in it may throw here, where
 * the neighbour that only passed it on would be blamed.
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
    args: Object.freeze(Buffer.isBuffer(returned) ? readable(returned) : []),
  }
  const facts = factsOf({ pid, event, to, count, ended })
  return new IpemError(code, text, { ...facts, reporter: pids[0], undelivered: message })
}

function readable(payload: Buffer): unknown[] {
  try {
    return decodePayload(payload, 0, payload.length)
  } catch {
    return []
  }
}
