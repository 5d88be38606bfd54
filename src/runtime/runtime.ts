// A started ipem: joins the bus, the requests, the children and the way to a parent, and passes between them.
// Decides nothing itself about routes, restarts or rendezvous.

import { Attachment, type AttachmentOwner } from '../bus/attachment.js'
import { Bus } from '../bus/bus.js'
import { Neighbour } from '../bus/neighbour.js'
import type { Track } from '../bus/track.js'
import type { IpemError } from '../errors.js'
import type { Link, LinkCloseReason, LinkLimits } from '../link/link.js'
import { type Message, MessageType } from '../message.js'
import type { ResolvedOptions } from '../options.js'
import type { ProcessInfo, ProcessRole } from '../process-info.js'
import type { HandlerTable } from '../request/handler-table.js'
import { Requests } from '../request/requests.js'
import type { PeerInfo } from '../wire/handshake.js'
import { Attachments } from './attachments.js'
import type { Faults } from './faults.js'
import type { LateTrack } from './held.js'
import { peerInfo } from './identity.js'
import { Incoming, type IncomingOwner } from './incoming.js'
import { closed, Readiness } from './readiness.js'
import { RequestsOverBus } from './requests-over-bus.js'
import { type RuntimeOwner, type RuntimeParts, wordFor } from './runtime-types.js'

/** A vanished listener has so long to come back before the neighbours hear of it. */
const LATE_REMOVAL_MS = 1000

export class Runtime implements AttachmentOwner, IncomingOwner {
  readonly options: ResolvedOptions
  readonly bus: Bus
  readonly requests: Requests
  readonly faults: Faults
  readonly linkLimits: LinkLimits
  /** Set right after construction by the composition root. */
  parts: RuntimeParts | null = null
  readonly #name: string
  readonly #info: ProcessInfo
  readonly #owner: RuntimeOwner
  readonly #readiness: Readiness
  readonly #attachments = new Attachments()
  readonly #refusal = new WeakMap<Neighbour, IpemError>()
  /** While `ready` is being told: the parent, or the bus itself where there is none. */
  #placed: Neighbour | Bus | null = null

  constructor(
    info: ProcessInfo,
    name: string,
    options: ResolvedOptions,
    handlers: HandlerTable,
    faults: Faults,
    owner: RuntimeOwner,
  ) {
    const { limits } = options
    this.options = options
    this.#info = info
    this.#name = name
    this.#owner = owner
    this.faults = faults
    this.#readiness = new Readiness(limits.maxHeldBytes, limits.maxPayload)
    // A frame is a payload and its ids, or a header; the wire adds little.
    this.linkLimits = {
      highWaterMark: limits.highWaterMark,
      stallMs: options.stallMs,
      maxFrame: limits.maxPayload + 65_536,
    }
    this.bus = new Bus(info, { ...limits, lateRemovalMs: LATE_REMOVAL_MS }, new Incoming(this))
    this.requests = new Requests(
      new RequestsOverBus(this),
      {
        requestTimeoutMs: options.requestTimeout,
        maxPendingRequests: limits.maxPendingRequests,
      },
      handlers,
    )
  }

  get headerRing(): number {
    return this.options.limits.headerRing
  }

  get flushDeadlineMs(): number {
    return this.options.flushDeadlineMs
  }

  get ready(): boolean {
    return this.#readiness.ready
  }

  /** The way up was known once: children may come in. */
  get open(): boolean {
    return this.#readiness.open
  }

  get closing(): boolean {
    return this.#readiness.closing
  }

  /** Nothing can be sent any more. */
  get closed(): boolean {
    return this.#readiness.closed
  }

  /** Messages that wait for `ready`. */
  get heldCount(): number {
    return this.#readiness.heldCount
  }

  identity(): PeerInfo {
    return peerInfo(this.#info, this.#name)
  }

  /** @throws ERR_IPEM_CLOSED and what the payload codec throws */
  send(track: Track | LateTrack, args: readonly unknown[], requestId = 0): void {
    const way = this.#readiness.pass(track, args, requestId)
    if (way !== null) this.bus.send(way, args, requestId)
  }

  /** Takes a link to a parent; `onParent` follows, or `onParentLost`. */
  attachParent(link: Link, role: ProcessRole, greeted: boolean): Attachment {
    return this.#attachments.keep(Attachment.parent(this, link, role, greeted))
  }

  /** Takes a link over which a child comes in. */
  attachChild(link: Link, role: ProcessRole, peer: PeerInfo | null = null): Attachment {
    return this.#attachments.keep(Attachment.child(this, link, role, peer))
  }

  becomeGrandMaster(): void {
    const { members } = this.bus
    if (this.closing || members.isGrandMaster) return
    members.becomeGrandMaster()
    if (!this.open) this.#becomeReady(null)
    else this.#tellParent(null)
  }

  onParent(parent: Neighbour): void {
    const first = !this.open
    // Who joins again is announced first: what a `parent` listener sends must not come from a stranger.
    if (!first) this.bus.members.announce(parent)
    this.#tellParent(parent.pid)
    if (first) this.#becomeReady(parent)
  }

  onChildOnline(child: Neighbour): void {
    this.parts?.onChildOnline(child)
  }

  onWayLost(kept: string, lost: readonly string[]): void {
    this.parts?.onWayLost(kept, lost)
  }

  onRefused(neighbour: Neighbour, error: IpemError): void {
    if (neighbour.isParent) this.#refusal.set(neighbour, error)
    else this.faults.loss(error)
  }

  onGone(neighbour: Neighbour, reason: LinkCloseReason): void {
    this.#attachments.drop(neighbour)
    if (neighbour.isParent) {
      this.lose(neighbour, { code: null, signal: null, reason: wordFor(reason) })
      // Whoever is not below us is out of reach now.
      this.parts?.onParentLost(reason, this.#refusal.get(neighbour) ?? null)
    } else if (this.parts?.onChildLost(neighbour, reason) !== true) {
      this.lose(neighbour, { code: null, signal: null, reason: wordFor(reason) })
    }
  }

  /** Takes a neighbour whose link has ended out of the tree. */
  lose(neighbour: Neighbour, info: { code: number | null; signal: string | null; reason: string }): void {
    const outside = neighbour.isParent ? this.bus.members.way : []
    this.bus.remove(neighbour, info)
    for (const pid of outside) this.requests.onGone(pid)
    if (!neighbour.isParent) return
    const { members } = this.bus
    this.requests.onOutOfReach((pid) => pid === members.self || members.below(pid) !== undefined)
  }

  listens(event: string): boolean {
    return this.#owner.listens(event)
  }

  onMessage(message: Message): void {
    this.#owner.onMessage(message)
  }

  onDrain(): void {
    this.#owner.onDrain()
  }

  links(): Link[] {
    return this.#attachments.links
  }

  /** Resolves when everything sent so far has left this process; what is held waits for its way first. */
  async flush(): Promise<void> {
    await this.#readiness.settled()
    await this.#attachments.flush()
  }

  setReferenced(referenced: boolean): void {
    this.#attachments.setReferenced(referenced)
  }

  /** From now on nothing new begins; what is under way may end, and what is held goes if its way is found in time. */
  beginClose(): Promise<void> {
    return this.#readiness.beginClose(this.flushDeadlineMs, (track, payload, requestId) => {
      // No way was found: told as any message that nobody gets. Requests end with all the others, when the links do.
      if (requestId === 0) this.bus.sendEncoded(track, payload, 0)
    })
  }

  /** Goodbye to everybody; nothing can be sent afterwards. */
  async endLinks(): Promise<void> {
    this.#readiness.beginEnd()
    await this.letGo()
    this.#readiness.close()
    this.requests.close(closed())
  }

  /** As `endLinks`, but what is sent from now on goes nowhere instead of throwing. */
  letGo(): Promise<void> {
    return this.#attachments.end(this.flushDeadlineMs)
  }

  #becomeReady(parent: Neighbour | null): void {
    this.#placed = parent ?? this.bus
    if (!this.#readiness.leaving) this.#owner.onReady()
    this.finishReady()
  }

  /**
   * Listeners added in `ready` are told to the parent before it hears that we are online; what is sent in `ready`
   * stands behind what was sent before it. Also called at an exit inside of a `ready` listener.
   */
  finishReady(): void {
    const placed = this.#placed
    if (placed === null) return
    this.#placed = null
    if (placed instanceof Neighbour) this.bus.members.announce(placed)
    this.#readiness.release((track, payload, requestId) => this.bus.sendEncoded(track, payload, requestId))
    this.parts?.onReady()
    this.#readiness.wake()
  }

  #tellParent(pid: string | null): void {
    const { self } = this.bus.members
    const from = pid ?? self
    const pids = Object.freeze(pid === null ? [self] : [pid, self])
    this.#owner.onMessage({ from, pids, type: MessageType.local, event: 'parent', args: Object.freeze([pid]) })
  }
}
