// Who belongs to the tree, as this process sees it: takes neighbours in and out, knows the way up and who is below,
// and answers where a message can go. News are presence.ts, listeners audience.ts.

import { IpemError } from '../errors.js'
import { MAX_HOPS, type Message } from '../message.js'
import type { OfflineInfo, ProcessInfo, TreeNode } from '../process-info.js'
import { Topology } from '../routing/topology.js'
import type { Whereabouts } from '../routing/trust.js'
import { FrameKind } from '../wire/frame.js'
import { decodeTopology, encodeTopology } from '../wire/tree-frames.js'
import { Audience, type AudienceLimits } from './audience.js'
import type { Surroundings } from './header-track.js'
import type { Neighbour } from './neighbour.js'
import { Presence, type PresenceHost } from './presence.js'

/** What the rest of the process is told. */
export interface MembersOwner {
  /** `online` or `offline` of some process, for the listeners here. */
  onPresence(message: Message, pid: string): void
  /** A direct child announced itself. */
  onChildOnline(child: Neighbour): void
  /** See `BusOwner`. */
  onWayLost(kept: string, lost: readonly string[]): void
  /** Frames about the tree, to a neighbour. */
  send(to: Neighbour, kind: FrameKind, body: Uint8Array): void
}

export class Members implements Surroundings<Neighbour>, Whereabouts<Neighbour>, PresenceHost {
  readonly self: string
  /** Past their handshake; those that announced themselves are `online`. */
  readonly children = new Set<Neighbour>()
  readonly topology: Topology<Neighbour>
  parent: Neighbour | null = null
  isGrandMaster = false
  readonly #info: ProcessInfo
  readonly #owner: MembersOwner
  readonly #audience: Audience
  readonly #presence: Presence
  readonly #byPid = new Map<string, Neighbour>()
  #structure = 0

  constructor(info: ProcessInfo, limits: AudienceLimits, owner: MembersOwner) {
    this.self = info.pid
    this.#info = info
    this.#owner = owner
    this.topology = new Topology(info.pid)
    this.#audience = new Audience(limits, (to, body) => owner.send(to, FrameKind.interest, body))
    this.#presence = new Presence(this)
  }

  get version(): number {
    return this.#structure + this.#audience.version
  }

  get structure(): number {
    return this.#structure
  }

  get way(): readonly string[] {
    return this.topology.way
  }

  /** Pids of this process and those above it, as a child of ours sees its way up. */
  get wayForChildren(): readonly string[] {
    return [this.self, ...this.topology.way]
  }

  /** Processes this one knows below itself. */
  get size(): number {
    return this.topology.size
  }

  neighbour(pid: string): Neighbour | undefined {
    return this.#byPid.get(pid)
  }

  below(pid: string): Neighbour | undefined {
    return this.topology.below(pid)
  }

  pidOf(link: Neighbour): string {
    return link.pid
  }

  stamp(event: string): number {
    return this.#audience.stamp(event)
  }

  wants(link: Neighbour, event: string): boolean {
    return this.#audience.wants(link, event)
  }

  listening(event: string): Iterable<Neighbour> {
    return this.#audience.listening(event)
  }

  /** Listeners of this process. */
  setListening(event: string, listening: boolean): void {
    this.#audience.setListening(event, listening)
  }

  /** While watching, every `offline` in the tree is reported here, listeners or not. */
  setWatching(watching: boolean): void {
    this.#audience.setWatching(watching)
  }

  tree(): TreeNode {
    return this.topology.tree(this.#ownInfo())
  }

  /**
   * Takes a child in that has proven who it is; its interest, its announcement and its own subtree follow as frames.
   * @throws ERR_IPEM_DUPLICATE_PID, ERR_IPEM_RING
   */
  addChild(child: Neighbour, info: ProcessInfo): void {
    const { pid } = info
    if (pid === this.self || this.topology.way.includes(pid)) {
      throw new IpemError('ERR_IPEM_RING', `${pid} is above ${this.self} and cannot be its child`, { pid })
    }
    if (this.#byPid.has(pid) || this.below(pid) !== undefined) {
      throw new IpemError('ERR_IPEM_DUPLICATE_PID', `${pid} is in the tree already`, { pid })
    }
    child.pid = pid
    child.info = info
    this.#byPid.set(pid, child)
    this.children.add(child)
    this.#structure++
    this.#audience.connect(child)
  }

  /**
   * The parent has welcomed us. Its interest follows, then `announce` tells it of us.
   * @throws ERR_IPEM_RING, ERR_IPEM_TOO_MANY
   */
  setParent(parent: Neighbour, pid: string, way: readonly string[]): void {
    if (this.parent !== null) {
      throw new IpemError('ERR_IPEM_RING', `Two ways up, by ${this.parent.pid} and ${pid}, would make a ring`, { pid })
    }
    this.#checkWay(way)
    parent.pid = pid
    this.#byPid.set(pid, parent)
    this.parent = parent
    this.isGrandMaster = false
    this.#setWay(way)
    this.#audience.connect(parent)
  }

  /** Nobody is above: this process is the grand master from now on. */
  becomeGrandMaster(): void {
    this.isGrandMaster = true
    this.#setWay([])
  }

  /** After the handshake: this process and all below it, parents first. */
  announce(parent: Neighbour): void {
    this.#presence.announce(parent, this.#ownInfo())
  }

  /** A link is gone, and everybody behind it. Reports each lost process, deepest first. */
  remove(gone: Neighbour, info: OfflineInfo): void {
    if (this.#byPid.get(gone.pid) !== gone) return
    this.#byPid.delete(gone.pid)
    this.#structure++
    this.#audience.disconnect(gone)
    if (gone === this.parent) {
      this.parent = null
      this.#setWay([])
      this.#presence.lostParent(gone.pid, info)
    } else {
      this.children.delete(gone)
      this.#presence.lostChild(gone, info)
    }
  }

  /** @throws ERR_IPEM_PROTOCOL: the neighbour is to be cut off */
  onInterest(from: Neighbour, bytes: Buffer, start: number, end: number): void {
    this.#audience.onFrame(from, bytes, start, end)
  }

  /** @throws IpemError: the neighbour is to be cut off */
  onTopology(from: Neighbour, bytes: Buffer, start: number, end: number): void {
    const frame = decodeTopology(bytes, start, end)
    if (frame.what === 'online') this.#presence.onOnline(from, frame)
    else if (frame.what === 'offline') this.#presence.onOffline(from, frame)
    else this.#onWay(from, frame.way)
  }

  onPresence(message: Message, pid: string): void {
    this.#owner.onPresence(message, pid)
  }

  onChildOnline(child: Neighbour): void {
    this.#owner.onChildOnline(child)
  }

  restructured(): void {
    this.#structure++
  }

  send(to: Neighbour, kind: FrameKind, body: Uint8Array): void {
    this.#owner.send(to, kind, body)
  }

  #onWay(from: Neighbour, way: readonly string[]): void {
    if (!from.isParent || way[0] !== from.pid || new Set(way).size < way.length) {
      throw new IpemError('ERR_IPEM_PROTOCOL', 'Expected the way up to come from the parent, and to lead there first')
    }
    this.#checkWay(way)
    const before = this.topology.way
    this.#setWay(way)
    const parting = before.findIndex((pid, at) => pid !== way[at])
    if (parting > 0) this.#owner.onWayLost(before[parting - 1] as string, before.slice(parting))
  }

  /** Whoever is above cannot be below too; and nobody is so far down that the grand master is out of reach. */
  #checkWay(way: readonly string[]): void {
    const own = way.find((pid) => pid === this.self || this.below(pid) !== undefined || this.#isChild(pid))
    if (own !== undefined) {
      throw new IpemError('ERR_IPEM_RING', `Joining here would make a ring through ${own}`, { pid: own })
    }
    if (way.length >= MAX_HOPS) {
      throw new IpemError('ERR_IPEM_TOO_MANY', `Expected at most ${MAX_HOPS} levels in the tree`, { limit: MAX_HOPS })
    }
  }

  /** Also of one that has not announced itself yet. */
  #isChild(pid: string): boolean {
    const neighbour = this.#byPid.get(pid)
    return neighbour !== undefined && !neighbour.isParent
  }

  #setWay(way: readonly string[]): void {
    this.#structure++
    this.topology.way = way
    if (this.children.size === 0) return
    const body = encodeTopology({ what: 'way', way: this.wayForChildren })
    for (const child of this.children) this.#owner.send(child, FrameKind.topology, body)
  }

  #ownInfo(): ProcessInfo {
    const role = this.isGrandMaster ? 'grandmaster' : (this.parent?.role ?? this.#info.role)
    return { ...this.#info, role, title: process.title }
  }
}
