// Where a message goes: a pure function of its header, the link it came on and this process's position.
// No I/O, no timers, no payloads.

import { MAX_HOPS, MessageType, type MessageTypeNumber } from '../message.js'

/** The part of a header that decides the way. */
export interface Routable {
  readonly type: MessageTypeNumber
  readonly event: string
  readonly pids: readonly string[]
  readonly to: string | null
  readonly route: readonly string[] | null
}

/** What a process knows of its surroundings. `L` stands for one link to a neighbour. */
export interface Position<L> {
  readonly self: string
  readonly parent: L | null
  readonly isGrandMaster: boolean
  /** The link to this process if it is a direct neighbour. */
  neighbour(pid: string): L | undefined
  /** The child link behind which this process lives, however deep. */
  below(pid: string): L | undefined
  /** Whether somebody beyond this link listens to the event. */
  wants(link: L, event: string): boolean
  /** Every link, up or down, beyond which somebody listens to the event. */
  listening(event: string): Iterable<L>
}

export interface Decision<L> {
  /** This process is one of the receivers. */
  readonly deliver: boolean
  readonly forward: readonly L[]
  /** Why it ends here undelivered: nobody there, or it came from where it cannot have come from. */
  readonly refused: 'unreachable' | 'misdirected' | null
}

const NOWHERE: Decision<never> = Object.freeze({ deliver: false, forward: [], refused: null })
const HERE: Decision<never> = Object.freeze({ deliver: true, forward: [], refused: null })
const UNREACHABLE: Decision<never> = Object.freeze({ deliver: false, forward: [], refused: 'unreachable' })
const MISDIRECTED: Decision<never> = Object.freeze({ deliver: false, forward: [], refused: 'misdirected' })

/**
 * Decides about one message. `origin` is the link it arrived on, or null for a message of this process.
 * Multicast goes only where somebody listens; a targeted message always travels.
 */
export function route<L>(message: Routable, origin: L | null, position: Position<L>): Decision<L> {
  const decision = decide(message, origin, position)
  const hops = message.pids.length + (origin === null ? 0 : 1)
  if (hops < MAX_HOPS || decision.forward.length === 0) return decision
  // At the limit a message may still be delivered, but not go on. Any multicast that came so far is delivered.
  return decision.deliver ? HERE : UNREACHABLE
}

function decide<L>(message: Routable, origin: L | null, position: Position<L>): Decision<L> {
  const fromParent = origin !== null && origin === position.parent
  const fromChild = origin !== null && !fromParent
  if (fromParent && returned(message, position)) return NOWHERE
  const { type, event } = message
  switch (type) {
    case MessageType.toParents:
      return fromParent ? MISDIRECTED : multicast(fromChild, up(event, position))
    case MessageType.toChilds:
      return fromChild ? MISDIRECTED : multicast(fromParent, down(event, null, position))
    case MessageType.toSiblings:
      return toSiblings(message, origin, position)
    case MessageType.broadcast:
      return multicast(
        origin !== null,
        listening(event, position, (link) => link !== origin),
      )
    case MessageType.toChild:
      return toChild(message, origin, position)
    case MessageType.toGrandMaster:
      if (fromParent) return MISDIRECTED
      return position.isGrandMaster ? HERE : to(position.parent)
    case MessageType.sendTo:
    case MessageType.request:
    case MessageType.answer:
    case MessageType.notice:
      return message.route === null
        ? bySearch(message, fromParent, position)
        : byRoute(message, message.route, origin, position)
    default:
      return MISDIRECTED
  }
}

/**
 * Somebody on its way has moved to below us, or we have, while it was on that way. Those here have had it, or newer
 * ones: what comes late over a way that no longer stands is dropped, so that the order holds.
 */
function returned<L>({ pids }: Routable, position: Position<L>): boolean {
  return pids.some((pid) => pid === position.self || position.below(pid) !== undefined)
}

/** Up one link, and from there down to the others: whoever passes it on knows from the way that it is just that far. */
function toSiblings<L>(message: Routable, origin: L | null, position: Position<L>): Decision<L> {
  if (origin === null) return multicast(false, up(message.event, position))
  const { length } = message.pids
  if (origin === position.parent) return length === 2 ? HERE : MISDIRECTED
  return length === 1 ? multicast(false, down(message.event, origin, position)) : MISDIRECTED
}

function toChild<L>(message: Routable, origin: L | null, position: Position<L>): Decision<L> {
  if (origin === null) {
    const child = message.to === null ? undefined : position.neighbour(message.to)
    return to(child === position.parent ? null : child)
  }
  if (origin !== position.parent || message.pids.length !== 1) return MISDIRECTED
  return message.to === position.self ? HERE : UNREACHABLE
}

/** Along the route given, and no other way. */
function byRoute<L>(message: Routable, hops: readonly string[], origin: L | null, position: Position<L>): Decision<L> {
  const next = hops.at(-1)
  if (next === undefined) return message.to === position.self ? HERE : UNREACHABLE
  const link = position.neighbour(next)
  // A way never leads straight back: the tree has no such path, so the route is made up.
  return link === origin ? UNREACHABLE : to(link)
}

/** Towards where the topology knows the process; upwards when it is not below. To null: the grand master. */
function bySearch<L>(message: Routable, fromParent: boolean, position: Position<L>): Decision<L> {
  if (message.to === null ? position.isGrandMaster : message.to === position.self) return HERE
  const below = message.to === null ? undefined : position.below(message.to)
  return to(below ?? (fromParent ? null : position.parent))
}

function to<L>(link: L | null | undefined): Decision<L> {
  return link === null || link === undefined ? UNREACHABLE : { deliver: false, forward: [link], refused: null }
}

function multicast<L>(deliver: boolean, forward: readonly L[]): Decision<L> {
  if (forward.length === 0) return deliver ? HERE : NOWHERE
  return { deliver, forward, refused: null }
}

/** The parent's link, if somebody beyond it listens. */
function up<L>(event: string, position: Position<L>): readonly L[] {
  const { parent } = position
  return parent !== null && position.wants(parent, event) ? [parent] : []
}

/** The links to children behind which somebody listens. */
function down<L>(event: string, except: L | null, position: Position<L>): readonly L[] {
  return listening(event, position, (link) => link !== position.parent && link !== except)
}

/** Costs as many steps as there are links with listeners, not links. */
function listening<L>(event: string, position: Position<L>, take: (link: L) => boolean): readonly L[] {
  const links: L[] = []
  for (const link of position.listening(event)) if (take(link)) links.push(link)
  return links
}

/** The header with which a message leaves this process: `pids` is the way with this hop, `route` one shorter. */
export function advance<H extends Routable>({ type, event, to, route }: H, pids: readonly string[]) {
  return { type, event, pids, to, route: route === null ? null : route.slice(0, -1) }
}
