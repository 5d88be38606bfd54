// What a neighbour may claim. Pure: a header is checked once, when it is first announced on a link.

import { INTERNAL_PREFIX, MAX_EVENT_BYTES, MAX_HOPS, MessageType, RESERVED_EVENTS } from '../message.js'
import type { Routable } from './router.js'

/** What a process knows of who is where, as far as trust is concerned. */
export interface Whereabouts<L> {
  /** The child link behind which this process lives. */
  below(pid: string): L | undefined
  pidOf(link: L): string
}

/**
 * Says why this header cannot be, or cannot have come over this link; null when it can.
 *
 * From a child every hop must live behind that link. What lives there the child itself has told us, before, and it has
 * checked the same: so whoever fails here is the one who lies. Of the parent no more can be asked: a hop that lives
 * below us now may have lived above when the message left. The router drops these.
 */
export function distrust<L>(message: Routable, link: L, fromParent: boolean, where: Whereabouts<L>): string | null {
  return misshapen(message) ?? untravelled(message.pids, link, fromParent, where)
}

/** What no process sends, wherever it is. */
function misshapen({ type, event, to, route }: Routable): string | null {
  if (type === MessageType.answer || type === MessageType.notice) {
    if (event !== '') return 'an answer or a notice has no name'
  } else {
    if (event === '' || Buffer.byteLength(event) > MAX_EVENT_BYTES) return 'the name of an event is empty or too long'
    if (RESERVED_EVENTS.has(event)) return `'${event}' comes only in frames of its own`
    if (type !== MessageType.request && event.startsWith(INTERNAL_PREFIX)) return `'${event}' is no event of a user`
  }
  if (TARGETED.has(type))
    return route !== null && route.length > 0 && route[0] !== to ? 'a route leads to somebody else' : null
  return to !== null || route !== null ? 'a message to many names a target' : null
}

const TARGETED: ReadonlySet<number> = new Set([
  MessageType.toChild,
  MessageType.sendTo,
  MessageType.request,
  MessageType.answer,
  MessageType.notice,
])

function untravelled<L>(pids: readonly string[], link: L, fromParent: boolean, where: Whereabouts<L>): string | null {
  if (pids.at(-1) !== where.pidOf(link)) return 'a message does not name the neighbour as its last hop'
  if (pids.length >= MAX_HOPS) return 'a message came further than any may'
  if (new Set(pids).size !== pids.length) return 'a message names a hop twice'
  for (const pid of pids) {
    if (!fromParent && where.below(pid) !== link) return 'a message claims a hop that is not behind this link'
  }
  return null
}
