// Who belongs to the tree, as this process sees it: takes neighbours in and out, keeps topology and interest
// equal on both ends of each link, and reports who came and who went.

import { IpemError } from '../errors.js'
import type { FrameKind as Kind } from '../wire/frame.js'
import { FrameKind } from '../wire/frame.js'
import { type Message, MessageType } from '../message.js'
import type { OfflineInfo, ProcessInfo, TreeNode } from '../process-info.js'
import { Interest } from '../routing/interest.js'
import type { Position } from '../routing/router.js'
import { Topology } from '../routing/topology.js'
import type { Whereabouts } from '../routing/trust.js'
import { decodeInterest, decodeTopology, encodeInterest, encodeTopology, type TopologyFrame } from '../wire/tree-frames.js'
import type { Neighbour } from './neighbour.js'

/** The side of interest that is this process. */
const SELF = Symbol('self')
/** The side that is this process waiting for somebody. */
const WATCH = Symbol('watch')
type Side = Neighbour | typeof SELF | typeof WATCH

/** What the rest of the process is told. */
export interface MembersOwner {
  /** `online` or `offline` of some process, for the listeners here. */
  onPresence(message: Message, pid: string): void
  /** A direct child announced itself. */
  onChildOnline(child: Neighbour): void
  /** Frames about the tree, to a neighbour. */
  send(to: Neighbour, kind: Kind, body: Uint8Array): void
}

export class Members implements Position<Neighbour>, Whereabouts<Neighbour> {
  readonly self: string
  readonly children = new Set<Neighbour>()
  parent: Neighbour | null = null
  isGrandMaster = false
  readonly #info: ProcessInfo
  readonly #owner: MembersOwner
  readonly #topology: Topology<Neighbour>
  readonly #interest: Interest<Side>
  readonly #byPid = new Map<string, Neighbour>()
  readonly #lateRemovalMs: number
  #watching = false
  #watchEnd: NodeJS.Timeout | null = null
  #version = 0

  constructor(info: ProcessInfo, maxNames: number, lateRemovalMs: number, owner: MembersOwner) {
    this.self = info.pid
    this.#info = info
    this.#owner = owner
    this.#lateRemovalMs = lateRemovalMs
    this.#topology = new Topology(info.pid)
    this.#interest = new Interest<Side>(maxNames, {
      tell: (side, add, remove) => this.#tellInterest(side as Neighbour, add, remove),
      defer: (callback) => void setTimeout(callback, lateRemovalMs).unref(),
    })
  }

  /** Changes whenever a routing decision could. */
  get version(): number {
    return this.#version + this.#interest.version
  }

  get way(): readonly string[] {
    return this.#topology.way
  }

  /** Pids of this process and those above it, as a child of ours sees its way up. */
  get wayForChildren(): readonly string[] {
    return [this.self, ...this.#topology.way]
  }

  neighbour(pid: string): Neighbour | undefined {
    return this.#byPid.get(pid)
  }

  below(pid: string): Neighbour | undefined {
    return this.#topology.below(pid)
  }

  pidOf(link: Neighbour): string {
    return link.pid
  }

  wants(link: Neighbour, event: string): boolean {
    return this.#interest.wants(link, event)
  }

  /** Listeners of this process. */
  setListening(event: string, listening: boolean): void {
    if (listening) this.#interest.add(SELF, event)
    else this.#interest.remove(SELF, event)
  }

  /** While watching, every `offline` in the tree is reported here, listeners or not. */
  setWatching(watching: boolean): void {
    this.#watching = watching
    if (watching) this.#interest.add(WATCH, 'offline')
    else this.#watchEnd ??= setTimeout(() => this.#stopWatching(), this.#lateRemovalMs).unref()
  }

  /** Late, so that a process which asks again and again does not change its interest each time. */
  #stopWatching(): void {
    this.#watchEnd = null
    if (!this.#watching) this.#interest.remove(WATCH, 'offline')
  }

  tree(): TreeNode {
    return this.#topology.tree(this.#ownInfo())
  }

  /** Every process this one knows below itself. */
  pidsBelow(): string[] {
    return [...this.#topology.descendants()].map(({ info }) => info.pid)
  }

  get size(): number {
    return this.#topology.size
  }

  /**
   * Takes a child in that has proven who it is; its interest and its own subtree follow as frames.
   * @throws ERR_IPEM_DUPLICATE_PID, ERR_IPEM_RING
   */
  addChild(child: Neighbour, info: ProcessInfo): void {
    if (info.pid === this.self || this.#topology.way.includes(info.pid)) {
      throw new IpemError('ERR_IPEM_RING', `${info.pid} is above ${this.self} and cannot be its child`, { pid: info.pid })
    }
    if (this.#topology.infoOf(info.pid) !== undefined) {
      throw new IpemError('ERR_IPEM_DUPLICATE_PID', `${info.pid} is in the tree already`, { pid: info.pid })
    }
    child.pid = info.pid
    this.#topology.add(child, info, this.self)
    this.#byPid.set(info.pid, child)
    this.children.add(child)
    this.#version++
    this.#interest.connect(child)
  }

  /**
   * The parent has welcomed us.
   * @throws ERR_IPEM_RING our own pid, or one below us, is on its way up
   */
  setParent(parent: Neighbour, pid: string, way: readonly string[]): void {
    this.#checkWay(way)
    parent.pid = pid
    this.#byPid.set(pid, parent)
    this.parent = parent
    this.isGrandMaster = false
    this.#setWay(way)
    this.#interest.connect(parent)
  }

  /** Nobody is above: this process is the grand master from now on. */
  becomeGrandMaster(): void {
    this.isGrandMaster = true
    this.#setWay([])
  }

  /** After the handshake: this process and all below it, parents first. */
  announce(parent: Neighbour): void {
    this.#send(parent, { what: 'online', pids: [this.self], process: this.#ownInfo(), parent: parent.pid })
    for (const { info, parent: above } of this.#topology.descendants()) {
      this.#send(parent, { what: 'online', pids: this.#wayFrom(info.pid), process: info, parent: above })
    }
  }

  /** A link is gone, and everybody behind it. Reports each lost process, deepest first. */
  remove(gone: Neighbour, info: OfflineInfo): void {
    if (this.#byPid.get(gone.pid) !== gone) return
    this.#byPid.delete(gone.pid)
    this.#version++
    this.#interest.disconnect(gone)
    if (gone === this.parent) {
      this.parent = null
      this.#setWay([])
      this.#reportOffline(gone.pid, info, null, [this.self])
      return
    }
    this.children.delete(gone)
    // Who never came online is not missed: nobody was told of it.
    if (!gone.online) this.#topology.remove(gone.pid)
    gone.online = false
    for (const { pid } of this.#topology.remove(gone.pid)) {
      this.#reportOffline(pid, pid === gone.pid ? info : { code: null, signal: null, reason: 'parent' }, null, [this.self])
    }
  }

  /** @throws ERR_IPEM_PROTOCOL, ERR_IPEM_RING: the neighbour is to be cut off */
  onInterest(from: Neighbour, bytes: Buffer, start: number, end: number): void {
    const { add, remove } = decodeInterest(bytes, start, end)
    for (const name of add) this.#interest.add(from, name)
    for (const name of remove) this.#interest.remove(from, name)
  }

  /** @throws ERR_IPEM_PROTOCOL, ERR_IPEM_RING: the neighbour is to be cut off */
  onTopology(from: Neighbour, bytes: Buffer, start: number, end: number): void {
    const frame = decodeTopology(bytes, start, end)
    if (frame.what === 'way') this.#onWay(from, frame.way)
    else if (frame.what === 'online') this.#onOnline(from, frame)
    else this.#onOffline(from, frame)
  }

  #onWay(from: Neighbour, way: readonly string[]): void {
    if (!from.isParent) throw new IpemError('ERR_IPEM_PROTOCOL', 'Expected the way up to come from the parent only')
    this.#checkWay(way)
    this.#setWay(way)
  }

  #onOnline(from: Neighbour, frame: TopologyFrame & { what: 'online' }): void {
    const { pids, process: info, parent } = frame
    this.#checkReporter(from, pids, pids[0] === info.pid)
    if (from.isParent) {
      if (this.below(info.pid) !== undefined || info.pid === this.self) return
    } else if (info.pid !== from.pid) {
      this.#topology.add(from, info, parent)
      this.#version++
    } else if (!from.online) {
      from.online = true
      this.#owner.onChildOnline(from)
    }
    this.#present('online', [...pids, this.self], from, [], info.pid)
    this.#spread(from, (way) => ({ what: 'online', pids: way, process: info, parent }), pids, 'online')
  }

  #onOffline(from: Neighbour, frame: TopologyFrame & { what: 'offline' }): void {
    const { pids, pid, info } = frame
    this.#checkReporter(from, pids, true)
    if (from.isParent) {
      if (pid === this.self || this.below(pid) !== undefined) return
    } else {
      if (this.below(pid) !== from || pid === from.pid) return
      this.#topology.remove(pid)
      this.#version++
    }
    this.#reportOffline(pid, info, from, [...pids, this.self])
  }

  #reportOffline(pid: string, info: OfflineInfo, from: Neighbour | null, pids: readonly string[]): void {
    this.#present('offline', pids, from, [pid, info], pid)
    this.#spread(from, (way) => ({ what: 'offline', pids: way, pid, info }), pids.slice(0, -1), 'offline')
  }

  /** Upwards always, elsewhere where somebody listens. */
  #spread(from: Neighbour | null, frame: (pids: readonly string[]) => TopologyFrame, pids: readonly string[], event: string): void {
    const body = encodeTopology(frame([...pids, this.self]))
    if (this.parent !== null && this.parent !== from) this.#owner.send(this.parent, FrameKind.topology, body)
    for (const child of this.children) {
      if (child !== from && this.wants(child, event)) this.#owner.send(child, FrameKind.topology, body)
    }
  }

  #present(event: string, pids: readonly string[], from: Neighbour | null, args: readonly unknown[], pid: string): void {
    const type = from?.isParent ? MessageType.broadcast : MessageType.toParents
    const message = { from: pids[0] as string, pids: Object.freeze(pids), type, event, args: Object.freeze(args) }
    this.#owner.onPresence(message, pid)
  }

  #checkReporter(from: Neighbour, pids: readonly string[], consistent: boolean): void {
    const known = pids.every((pid) => (from.isParent ? this.below(pid) === undefined : this.below(pid) === from || pid === pids[0]))
    if (consistent && known && pids.at(-1) === from.pid && !pids.includes(this.self)) return
    throw new IpemError('ERR_IPEM_PROTOCOL', 'Expected news of a process that can live behind this link', { pid: from.pid })
  }

  #checkWay(way: readonly string[]): void {
    const own = way.find((pid) => pid === this.self || this.below(pid) !== undefined)
    if (own !== undefined) throw new IpemError('ERR_IPEM_RING', `Joining here would make a ring through ${own}`, { pid: own })
  }

  #setWay(way: readonly string[]): void {
    this.#version++
    this.#topology.way = way
    for (const child of this.children) this.#send(child, { what: 'way', way: this.wayForChildren })
  }

  #wayFrom(pid: string): string[] {
    const way: string[] = []
    for (let at: string | undefined = pid; at !== undefined; at = this.#topology.parentOf(at)) way.push(at)
    return way
  }

  #ownInfo(): ProcessInfo {
    return { ...this.#info, role: this.isGrandMaster ? 'grandmaster' : (this.parent?.role ?? this.#info.role), title: process.title }
  }

  #tellInterest(to: Neighbour, add: readonly string[], remove: readonly string[]): void {
    if (add.length + remove.length > 0) this.#owner.send(to, FrameKind.interest, encodeInterest({ add, remove }))
  }

  #send(to: Neighbour, frame: TopologyFrame): void {
    this.#owner.send(to, FrameKind.topology, encodeTopology(frame))
  }
}
