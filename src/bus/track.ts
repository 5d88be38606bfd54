// One header on its way through this process: what came in, where it goes, what goes out. Made once for
// each header, used for each event, so that a relayed event costs no parsing and no deciding.

import { type Message, MessageType } from '../message.js'
import { advance, type Decision, type Position, route } from '../routing/router.js'
import { encodeHeader, type WireHeader } from '../wire/headers.js'
import type { Neighbour } from './neighbour.js'

export class Track {
  readonly header: WireHeader
  /** The link it came on; null for messages of this process. */
  readonly origin: Neighbour | null
  /** The way travelled, this process included. */
  readonly pids: readonly string[]
  readonly #self: string
  #decision: Decision<Neighbour> | null = null
  #version = -1
  #bytes: Buffer | null = null

  constructor(header: WireHeader, origin: Neighbour | null, self: string) {
    this.header = header
    this.origin = origin
    this.#self = self
    this.pids = origin === null ? header.pids : Object.freeze([...header.pids, self])
  }

  get from(): string {
    return this.header.pids[0] as string
  }

  /** Where it goes, decided again only when the surroundings have changed. */
  decide(position: Position<Neighbour>, version: number): Decision<Neighbour> {
    if (this.#decision === null || this.#version !== version) {
      this.#decision = route(this.header, this.origin, position)
      this.#version = version
    }
    return this.#decision
  }

  /** The encoded header for the next hop, the same for all links. */
  get bytes(): Buffer {
    this.#bytes ??= encodeHeader(advance(this.header, this.origin, this.#self) as WireHeader)
    return this.#bytes
  }

  message(args: readonly unknown[]): Message {
    const { type, event, to, route } = this.header
    const base = { from: this.from, pids: this.pids, type, event, args: Object.freeze(args) }
    if (to === null || type < MessageType.toChild || type === MessageType.broadcast) return base
    return { from: base.from, pids: base.pids, to, route: route ?? NO_HOPS, type, event, args: base.args }
  }
}

const NO_HOPS: readonly string[] = Object.freeze([])
