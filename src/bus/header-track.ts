// One header on its way through this process: what came in, where it goes, what goes out. Made once for
// each header, used for each event, so that a relayed event costs no parsing and no deciding.

import { type Message, MessageType, type MessageTypeNumber } from '../message.js'
import { advance, type Decision, type Position, route } from '../routing/router.js'
import { encodeHeader, type WireHeader } from '../wire/headers.js'

/** A position that says when a decision about it may have become another. */
export interface Surroundings<L> extends Position<L> {
  /** Unchanged: everything is. */
  readonly version: number
  /** Unchanged: everything but who listens to what is. */
  readonly structure: number
  /** Unchanged: the links that want this event are. */
  stamp(event: string): number
}

const NO_HOPS: readonly string[] = Object.freeze([])

export class HeaderTrack<L> {
  readonly header: WireHeader
  /** The link it came on; null for messages of this process. */
  readonly origin: L | null
  /** The way travelled, this process included. */
  readonly pids: readonly string[]
  /** The `structure` in which this header could come over its link. */
  believedAt = -1
  #decision: Decision<L> | null = null
  #version = -1
  #structure = -1
  #stamp = -1
  #bytes: Buffer | null = null

  constructor(header: WireHeader, origin: L | null, self: string) {
    this.header = header
    this.origin = origin
    this.pids = origin === null ? header.pids : Object.freeze([...header.pids, self])
  }

  get from(): string {
    return this.header.pids[0] as string
  }

  /** It is for one process, and that one can be out of reach. */
  get targeted(): boolean {
    return !isMulticast(this.header.type)
  }

  /** An answer or a notice: nobody is told when it cannot be delivered. */
  get isReply(): boolean {
    return this.header.type === MessageType.answer || this.header.type === MessageType.notice
  }

  /** Where it goes, decided again only when something has changed that this header depends on. */
  decide(where: Surroundings<L>): Decision<L> {
    if (this.#decision !== null && this.#version === where.version) return this.#decision
    return this.#decideAgain(where)
  }

  /** The encoded header for the next hop, the same for all links. */
  get bytes(): Buffer {
    this.#bytes ??= encodeHeader(advance(this.header, this.pids))
    return this.#bytes
  }

  message(args: readonly unknown[]): Message {
    const { type, event, to, route } = this.header
    Object.freeze(args)
    if (to === null) return { from: this.from, pids: this.pids, type, event, args }
    return { from: this.from, pids: this.pids, to, route: route ?? NO_HOPS, type, event, args }
  }

  #decideAgain(where: Surroundings<L>): Decision<L> {
    const { type, event } = this.header
    // Somebody listens to something else now: a look at one name instead of at all links.
    const stamp = isMulticast(type) ? where.stamp(event) : 0
    if (this.#decision === null || this.#structure !== where.structure || this.#stamp !== stamp) {
      this.#decision = route(this.header, this.origin, where)
      this.#structure = where.structure
      this.#stamp = stamp
    }
    this.#version = where.version
    return this.#decision
  }
}

function isMulticast(type: MessageTypeNumber): boolean {
  return type <= MessageType.toSiblings || type === MessageType.broadcast
}
