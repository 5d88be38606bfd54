// Who takes part, kept by the master: whoever joins is told who was there before, and dials them.

import type { default as ipem } from '../../index.js'
import type { Peer } from './mesh.js'

type Bus = typeof ipem

/** The request by which a child joins, with its id. Answers with those who were there before. */
export const JOIN = 'ipem-serve.join'

/** The event by which the master tells that a node is gone, with its id. */
export const GONE = 'ipem-serve.gone'

export class Roster {
  readonly #bus: Bus
  readonly #peers = new Map<string, Peer>()
  readonly #onGone: (id: string) => void

  /** @param onGone a child is gone */
  constructor(bus: Bus, onGone: (id: string) => void) {
    this.#bus = bus
    this.#onGone = onGone
    const roster = this
    bus.handle(JOIN, function (id) {
      return roster.join({ id: String(id), pid: this.from })
    })
    bus.on('offline', this.#onOffline)
  }

  /** One after the other: of each pair exactly one was there before. */
  join(peer: Peer): Peer[] {
    const before = [...this.#peers.values()]
    this.#peers.set(peer.id, peer)
    return before
  }

  close(): void {
    this.#bus.removeHandler(JOIN)
    this.#bus.off('offline', this.#onOffline)
  }

  readonly #onOffline = (pid: string): void => {
    for (const peer of this.#peers.values()) {
      if (peer.pid !== pid) continue
      this.#peers.delete(peer.id)
      this.#bus.sendToChilds(GONE, peer.id)
      this.#onGone(peer.id)
    }
  }
}
