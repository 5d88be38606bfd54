// The documented anatomy of a message and its types. No routing, no bytes.

/** What kind of message it is: the `type` of a {@link Message}. */
export const MessageType = Object.freeze({
  local: 0,
  toParents: 1,
  toChilds: 2,
  toSiblings: 3,
  toChild: 4,
  toGrandMaster: 5,
  sendTo: 6,
  broadcast: 7,
  request: 8,
  answer: 9,
  notice: 10,
} as const)

/** The number of a message type, see {@link MessageType}. */
export type MessageTypeNumber = (typeof MessageType)[keyof typeof MessageType]

/**
 * A message as a listener sees it: the `this` of the listener.
 *
 * All arrays are frozen, but for the `args` of a local `emit` with a single listener: nobody else has them. Source:
 * the anatomy of a message in the readme of ipevents.
 */
export interface Message {
  /** pid of the process that sent it. */
  readonly from: string
  /** The way it travelled: first the origin, last this process, without repeats. */
  readonly pids: readonly string[]
  /** pid of the target, for `toChild`, `sendTo`, `request` and answers. */
  readonly to?: string
  /** Hops still to go, target first: `[]` on arrival. Only where `to` is set. */
  readonly route?: readonly string[]
  readonly type: MessageTypeNumber
  readonly event: string
  readonly args: readonly unknown[]
}

/** Events of ipem's own: nobody can send them, but everybody may listen. */
export const RESERVED_EVENTS: ReadonlySet<string> = new Set(['ready', 'online', 'offline', 'parent', 'drain', 'error'])

/** Names with this prefix are ipem's own requests and events between processes. */
export const INTERNAL_PREFIX = 'ipem:'

/** Longest event name, in bytes of UTF-8, that can leave the process. */
export const MAX_EVENT_BYTES = 256

/** Most processes a message may pass, and most entries of a route. */
export const MAX_HOPS = 64
