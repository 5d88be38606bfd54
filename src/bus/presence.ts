// News of the tree: who came, who went, and the way up. Checks what neighbours tell, keeps the topology by it,
// passes it on, and reports it here. What a neighbour may not say throws, and has that neighbour cut off.

import { IpemError } from '../errors.js'
import { MAX_HOPS, type Message, MessageType } from '../message.js'
import type { OfflineInfo, ProcessInfo } from '../process-info.js'
import type { Topology } from '../routing/topology.js'
import { FrameKind } from '../wire/frame.js'
import { encodeTopology, type TopologyFrame } from '../wire/tree-frames.js'
import type { Neighbour } from './neighbour.js'

/** What the news are about, and where they go on. */
export interface PresenceHost {
  readonly self: string
  readonly parent: Neighbour | null
  readonly topology: Topology<Neighbour>
  /** The links beyond which somebody listens. */
  listening(event: string): Iterable<Neighbour>
  /** Processes have come or gone below. */
  restructured(): void
  onPresence(message: Message, pid: string): void
  onChildOnline(child: Neighbour): void
  send(to: Neighbour, kind: FrameKind, body: Uint8Array): void
}

type Online = Extract<TopologyFrame, { what: 'online' }>
type Offline = Extract<TopologyFrame, { what: 'offline' }>

export class Presence {
  readonly #host: PresenceHost

  constructor(host: PresenceHost) {
    this.#host = host
  }

  /** After the handshake: this process and all below it, parents first. */
  announce(parent: Neighbour, own: ProcessInfo): void {
    const { self, topology } = this.#host
    this.#tell(parent, { what: 'online', pids: [self], process: own, parent: parent.pid })
    for (const info of topology.descendants()) {
      const pids = this.#wayFrom(info.pid)
      if (pids.length > MAX_HOPS) break
      this.#tell(parent, { what: 'online', pids, process: info, parent: pids[1] as string })
    }
  }

  /** @throws ERR_IPEM_PROTOCOL, ERR_IPEM_DUPLICATE_PID, ERR_IPEM_RING, ERR_IPEM_TOO_MANY */
  onOnline(from: Neighbour, { pids, process, parent }: Online): void {
    const { self, topology } = this.#host
    if (pids[0] !== process.pid || parent !== (pids[1] ?? self)) throw unbelievable(from)
    let info = process
    if (from.isParent) {
      // The parent itself was there before us.
      if (pids.length === 1) throw unbelievable(from)
      if (!this.#concerns(from, pids, info.pid)) return
    } else {
      this.#checkWay(from, pids, true)
      if (topology.way.includes(info.pid)) throw ring(info.pid)
      // Of a direct child we know better than it says.
      if (pids.length === 1) info = from.info as ProcessInfo
      topology.add(from, info, parent)
      this.#host.restructured()
      if (pids.length === 1) {
        from.online = true
        this.#host.onChildOnline(from)
      }
    }
    this.#spread('online', from, pids, (way) => ({ what: 'online', pids: way, process: info, parent }))
    this.#report('online', from, [...pids, self], [], info.pid)
  }

  /** @throws ERR_IPEM_PROTOCOL */
  onOffline(from: Neighbour, { pids, pid, info }: Offline): void {
    if (from.isParent) {
      if (!this.#concerns(from, pids, pid)) return
    } else {
      this.#checkWay(from, pids, false)
      if (pid === from.pid || this.#host.topology.below(pid) !== from) return
      this.#forget(pid)
    }
    this.#tellOffline(pid, info, from, pids)
  }

  /** A child is gone, and everybody behind it: reports each lost process, deepest first. */
  lostChild(child: Neighbour, info: OfflineInfo): void {
    // Who never came online is not missed: nobody was told of it.
    if (!child.online) return
    child.online = false
    for (const pid of this.#forget(child.pid)) {
      this.#tellOffline(pid, pid === child.pid ? info : { code: null, signal: null, reason: 'parent' }, null, [])
    }
  }

  /** The parent is gone. Of the others beyond it nothing is known any more, which is no news. */
  lostParent(pid: string, info: OfflineInfo): void {
    this.#tellOffline(pid, info, null, [])
  }

  #forget(pid: string): string[] {
    const gone = this.#host.topology.remove(pid)
    this.#host.restructured()
    return gone.map((info) => info.pid)
  }

  #tellOffline(pid: string, info: OfflineInfo, from: Neighbour | null, pids: readonly string[]): void {
    this.#spread('offline', from, pids, (way) => ({ what: 'offline', pids: way, pid, info }))
    this.#report('offline', from, [...pids, this.#host.self], [pid, info], pid)
  }

  /**
   * Upwards always, elsewhere where somebody listens, and before the listeners here: what these send in answer
   * stands behind the news.
   */
  #spread(
    event: string,
    from: Neighbour | null,
    pids: readonly string[],
    frame: (way: string[]) => TopologyFrame,
  ): void {
    const { self, parent } = this.#host
    if (pids.length >= MAX_HOPS) return
    let body: Buffer | null = null
    const tell = (to: Neighbour) => {
      if (to === from) return
      body ??= encodeTopology(frame([...pids, self]))
      this.#host.send(to, FrameKind.topology, body)
    }
    if (parent !== null) tell(parent)
    for (const link of this.#host.listening(event)) if (link !== parent) tell(link)
  }

  #report(event: string, from: Neighbour | null, pids: string[], args: unknown[], pid: string): void {
    const type = from?.isParent ? MessageType.broadcast : MessageType.toParents
    const message: Message = {
      from: pids[0] as string,
      pids: Object.freeze(pids),
      type,
      event,
      args: Object.freeze(args),
    }
    this.#host.onPresence(message, pid)
  }

  /** The way must be the one that leads here over this child; who comes online stands at its beginning. */
  #checkWay(from: Neighbour, pids: readonly string[], coming: boolean): void {
    const { self, topology } = this.#host
    const fits = (pid: string, at: number) => (at === 0 && coming) || topology.parentOf(pid) === (pids[at + 1] ?? self)
    if (pids.at(-1) !== from.pid || pids.includes(self) || !pids.every(fits)) throw unbelievable(from)
  }

  /** Whether news from above are of those above: whoever is below us now has moved since, we know better. */
  #concerns(parent: Neighbour, pids: readonly string[], subject: string): boolean {
    const { self, topology } = this.#host
    if (pids.at(-1) !== parent.pid || new Set(pids).size < pids.length) throw unbelievable(parent)
    return ![subject, ...pids].some((pid) => pid === self || topology.below(pid) !== undefined)
  }

  #wayFrom(pid: string): string[] {
    const way: string[] = []
    for (let at: string | undefined = pid; at !== undefined; at = this.#host.topology.parentOf(at)) way.push(at)
    return way
  }

  #tell(to: Neighbour, frame: TopologyFrame): void {
    this.#host.send(to, FrameKind.topology, encodeTopology(frame))
  }
}

function unbelievable(from: Neighbour): IpemError {
  const text = 'Expected news of a process that can live behind this link'
  return new IpemError('ERR_IPEM_PROTOCOL', text, { pid: from.pid })
}

/** Who is above us cannot be below too. It may have moved, and its old place not have been given up so far. */
function ring(pid: string): IpemError {
  return new IpemError('ERR_IPEM_RING', `Joining here would make a ring through ${pid}`, { pid })
}
