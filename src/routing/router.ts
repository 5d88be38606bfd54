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
  readonly children: Iterable<L>
  /** The link to this process if it is a direct neighbour. */
  neighbour(pid: string): L | undefined
  /** The child link behind which this process lives, however deep. */
  below(pid: string): L | undefined
  /** Whether somebody beyond this link listens to the event. */
  wants(link: L, event: string): boolean
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
  return hops >= MAX_HOPS && decision.forward.length > 0 ? tooFar(message, decision) : decision
}

function decide<L>(message: Routable, origin: L | null, position: Position<L>): Decision<L> {
  const fromParent = origin !== null && origin === position.parent
  const fromChild = origin !== null && !fromParent
  switch (message.type) {
    case MessageType.toParents:
      if (fromParent) return MISDIRECTED
      return { deliver: fromChild, forward: interested(parents(position), null, message.event, position), refused: null }
    case MessageType.toChilds:
      if (fromChild) return MISDIRECTED
      return { deliver: fromParent, forward: interested(position.children, null, message.event, position), refused: null }
    case MessageType.toSiblings:
      if (fromParent) return HERE
      if (!fromChild) return { deliver: false, forward: interested(parents(position), null, message.event, position), refused: null }
      if (message.pids.length !== 1) return MISDIRECTED
      return { deliver: false, forward: interested(position.children, origin, message.event, position), refused: null }
    case MessageType.broadcast:
      return {
        deliver: origin !== null,
        forward: interested(everyLink(position), origin, message.event, position),
        refused: null,
      }
    case MessageType.toChild:
      if (fromChild) return MISDIRECTED
      if (fromParent) return message.to === position.self ? HERE : UNREACHABLE
      return to(childWithPid(message.to, position))
    case MessageType.toGrandMaster:
      if (fromParent) return MISDIRECTED
      if (position.isGrandMaster) return HERE
      return to(position.parent ?? undefined)
    case MessageType.sendTo:
    case MessageType.request:
    case MessageType.answer:
    case MessageType.notice:
      return message.route === null ? bySearch(message, fromParent, position) : byRoute(message, message.route, origin, position)
    default:
      return MISDIRECTED
  }
}

/** Along the route given, and no other way. */
function byRoute<L>(message: Routable, hops: readonly string[], origin: L | null, position: Position<L>): Decision<L> {
  const next = hops.at(-1)
  if (next === undefined) return message.to === position.self ? HERE : UNREACHABLE
  const link = position.neighbour(next)
  // A way never leads straight back: the tree has no such path, so the route is made up.
  return link === origin ? UNREACHABLE : to(link)
}

/** Towards where the topology knows the process; upwards when it is not below. */
function bySearch<L>(message: Routable, fromParent: boolean, position: Position<L>): Decision<L> {
  if (message.to === position.self) return HERE
  if (message.to === null) return position.isGrandMaster ? HERE : to(fromParent ? undefined : (position.parent ?? undefined))
  const below = position.below(message.to)
  if (below !== undefined) return to(below)
  return to(fromParent ? undefined : (position.parent ?? undefined))
}

function to<L>(link: L | undefined): Decision<L> {
  return link === undefined ? UNREACHABLE : { deliver: false, forward: [link], refused: null }
}

function childWithPid<L>(pid: string | null, position: Position<L>): L | undefined {
  if (pid === null) return undefined
  const link = position.neighbour(pid)
  return link === position.parent ? undefined : link
}

function parents<L>(position: Position<L>): readonly L[] {
  return position.parent === null ? [] : [position.parent]
}

function* everyLink<L>(position: Position<L>): Iterable<L> {
  if (position.parent !== null) yield position.parent
  yield* position.children
}

function interested<L>(links: Iterable<L>, except: L | null, event: string, position: Position<L>): L[] {
  const result: L[] = []
  for (const link of links) {
    if (link !== except && position.wants(link, event)) result.push(link)
  }
  return result
}

/** At the hop limit a message may still be delivered here, but not go on. */
function tooFar<L>(message: Routable, decision: Decision<L>): Decision<L> {
  if (decision.deliver) return HERE
  return message.to !== null || message.type === MessageType.toGrandMaster ? UNREACHABLE : NOWHERE
}

/** The header with which a message leaves this process: one hop more behind it, one less before it. */
export function advance<H extends Routable>(message: H, origin: unknown, self: string): Routable {
  const pids = origin === null ? message.pids : Object.freeze([...message.pids, self])
  const route = message.route === null ? null : Object.freeze(message.route.slice(0, -1))
  return { type: message.type, event: message.event, pids, to: message.to, route }
}
