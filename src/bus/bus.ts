// The way of a message through this process: from its own code or a link, past the router, to listeners and
// links. Knows no sockets, no child processes and no users' options; many can live in one process (simulations).

import { IpemError } from '../errors.js'
import { type Message, MessageType } from '../message.js'
import type { OfflineInfo, ProcessInfo } from '../process-info.js'
import { distrust } from '../routing/trust.js'
import { FRAME_HEAD, FrameKind, VarintReader } from '../wire/frame.js'
import { headerFrameBody, parseHeaderFrame } from '../wire/headers.js'
import { decodePayload, encodePayload } from '../wire/payload.js'
import { Flow } from './flow.js'
import { Members } from './members.js'
import type { Neighbour } from './neighbour.js'
import { noticeArgs } from './notice.js'
import { OwnTracks } from './own-tracks.js'
import { Track } from './track.js'

export interface BusLimits {
  readonly maxPayload: number
  readonly hardLimit: number
  readonly headerRing: number
  readonly maxInterestNames: number
  /** How long a vanished listener may come back before the neighbours are told, in ms. */
  readonly lateRemovalMs: number
}

/** What the rest of the process is told. Called synchronously, in the order of arrival. */
export interface BusOwner {
  /** Whether to decode and hand over an event of this name at all. */
  listens(event: string): boolean
  onMessage(message: Message): void
  /** A message of type request, answer or notice. */
  onControl(message: Message, requestId: number): void
  onPresence(message: Message, pid: string): void
  onChildOnline(child: Neighbour): void
  /** A message of this process could not be delivered; `requestId` 0 for events. */
  onUndelivered(error: IpemError, requestId: number): void
  /** A message that came in cannot be read; `message` has no arguments. */
  onUnreadable(error: IpemError, message: Message, requestId: number): void
  /** All links have drained. */
  onDrain(): void
}

const varints = new VarintReader()

export class Bus {
  readonly members: Members
  readonly own: OwnTracks
  readonly #flow: Flow
  readonly #limits: BusLimits
  readonly #owner: BusOwner
  /** Payloads decoded here since the start; a relay's stays what it was. */
  decoded = 0

  constructor(info: ProcessInfo, limits: BusLimits, owner: BusOwner) {
    this.#limits = limits
    this.#owner = owner
    this.own = new OwnTracks(info.pid)
    this.#flow = new Flow(limits.hardLimit, (track, error) => this.#undelivered(track, error, 0, null))
    this.members = new Members(info, limits.maxInterestNames, limits.lateRemovalMs, {
      onPresence: (message, pid) => owner.onPresence(message, pid),
      onChildOnline: (child) => owner.onChildOnline(child),
      send: (to, kind, body) => to.link.send(kind, body),
    })
  }

  /** Every link with a living neighbour. */
  *neighbours(): Iterable<Neighbour> {
    if (this.members.parent !== null) yield this.members.parent
    yield* this.members.children
  }

  get needDrain(): boolean {
    for (const { link } of this.neighbours()) if (link.needDrain) return true
    return false
  }

  /**
   * Sends a message of this process. Where nobody listens nothing is encoded.
   * @throws ERR_IPEM_UNSERIALIZABLE, ERR_IPEM_TOO_LARGE
   */
  send(track: Track, args: readonly unknown[], requestId = 0): void {
    const decision = track.decide(this.members, this.members.version)
    if (decision.refused !== null) {
      this.#undelivered(track, unreachable(track), requestId, null, args)
      return
    }
    if (decision.forward.length > 0) {
      const payload = encodePayload(args, this.#limits.maxPayload)
      this.#forward(track, decision.forward, requestId, payload, 0, payload.length)
    }
    if (decision.deliver) this.#deliver(track.message(args), requestId)
  }

  /** As `send`, for a message that was encoded while it had to wait. */
  sendEncoded(track: Track, payload: Buffer, requestId: number): void {
    this.#handle(track, requestId, payload, 0, payload.length)
  }

  /** One frame of a neighbour that is past its handshake. Throws to have that neighbour cut off. */
  onFrame(from: Neighbour, kind: FrameKind, bytes: Buffer, start: number, end: number): void {
    switch (kind) {
      case FrameKind.event:
        this.#onEvent(from, bytes, start, end)
        break
      case FrameKind.header:
        this.#onHeader(from, bytes, start, end)
        break
      case FrameKind.interest:
        this.members.onInterest(from, bytes, start, end)
        break
      case FrameKind.topology:
        this.members.onTopology(from, bytes, start, end)
        break
      default:
        throw new IpemError('ERR_IPEM_PROTOCOL', `Expected no frame of kind ${kind} at this point`)
    }
  }

  onDrain(neighbour: Neighbour): void {
    this.#flow.release(neighbour)
    this.#flow.settle(neighbour)
    if (!this.needDrain) this.#owner.onDrain()
  }

  onStall(neighbour: Neighbour): void {
    this.#flow.release(neighbour)
  }

  /** The link is gone: whoever lived behind it is offline. */
  remove(neighbour: Neighbour, info: OfflineInfo): void {
    this.#flow.forget(neighbour)
    this.members.remove(neighbour, info)
    this.#flow.settle(neighbour)
  }

  #onHeader(from: Neighbour, bytes: Buffer, start: number, end: number): void {
    const { id, header } = parseHeaderFrame(bytes, start, end)
    if (id >= MAX_RING) throw new IpemError('ERR_IPEM_PROTOCOL', `Expected a header id below ${MAX_RING}, got ${id}`)
    const reason = distrust(header, from, from.isParent, this.members)
    if (reason !== null) throw new IpemError('ERR_IPEM_PROTOCOL', `Refused a forged header: ${reason}`, { pid: from.pid })
    from.received[id] = new Track(header, from, this.members.self)
  }

  #onEvent(from: Neighbour, bytes: Buffer, start: number, end: number): void {
    const id = varints.read(bytes, start, end)
    const requestId = varints.read(bytes, varints.offset, end)
    const track = from.received[id]
    if (track === undefined) throw new IpemError('ERR_IPEM_PROTOCOL', `Expected a known header id, got ${id}`)
    this.#handle(track, requestId, bytes, varints.offset, end)
  }

  #handle(track: Track, requestId: number, bytes: Buffer, start: number, end: number): void {
    const decision = track.decide(this.members, this.members.version)
    if (decision.refused === 'misdirected') {
      throw new IpemError('ERR_IPEM_PROTOCOL', `Refused a message of type ${track.header.type} from this side of the tree`)
    }
    if (decision.refused !== null) {
      this.#undelivered(track, unreachable(track), requestId, bytes.subarray(start, end))
      return
    }
    if (decision.forward.length > 0) this.#forward(track, decision.forward, requestId, bytes, start, end)
    if (decision.deliver) this.#arrived(track, requestId, bytes, start, end)
  }

  #arrived(track: Track, requestId: number, bytes: Buffer, start: number, end: number): void {
    const { type, event } = track.header
    if (type < MessageType.request && !this.#owner.listens(event)) return
    let args: unknown[]
    try {
      args = decodePayload(bytes, start, end)
    } catch (error) {
      this.#owner.onUnreadable(error as IpemError, track.message([]), requestId)
      return
    }
    this.decoded++
    this.#deliver(track.message(args), requestId)
  }

  #deliver(message: Message, requestId: number): void {
    if (message.type < MessageType.request) this.#owner.onMessage(message)
    else this.#owner.onControl(message, requestId)
  }

  #forward(track: Track, targets: readonly Neighbour[], requestId: number, bytes: Buffer, start: number, end: number): void {
    for (const to of targets) {
      if (!this.#flow.admits(to, FRAME_HEAD + end - start)) {
        this.#refuse(to, track, requestId)
        continue
      }
      let id = to.sent.idOf(track)
      if (id === undefined) {
        const header = track.bytes
        id = to.sent.define(track)
        to.link.send(FrameKind.header, headerFrameBody(id, header))
      }
      to.link.sendEvent(id, requestId, bytes, start, end)
      if (track.origin !== null) this.#flow.fed(to, track.origin)
    }
  }

  #refuse(to: Neighbour, track: Track, requestId: number): void {
    // A refused request has somebody waiting for this very one.
    if (requestId === 0) this.#flow.refuse(to, track)
    else this.#undelivered(track, new IpemError('ERR_IPEM_OVERFLOW', `The queue to ${to.pid} is full`, { pid: to.pid }), requestId, null)
  }

  /** Tells the origin, wherever it is. Notices and answers themselves are never answered. */
  #undelivered(track: Track, error: IpemError, requestId: number, payload: Buffer | null, args?: readonly unknown[]): void {
    const { type, event } = track.header
    if (type === MessageType.notice || type === MessageType.answer) return
    if (track.origin === null) {
      const given = args ?? (payload === null ? [] : decodePayload(payload, 0, payload.length))
      const undelivered = track.message([...given])
      const { pid, count, ended } = error
      const facts = error.code === 'ERR_IPEM_OVERFLOW' ? { count, ended } : {}
      const fields = { pid, event, to: track.header.to ?? undefined, ...facts, undelivered }
      this.#owner.onUndelivered(new IpemError(error.code, error.message, fields), requestId)
      return
    }
    this.send(this.own.routed(MessageType.notice, '', track.pids), noticeArgs(track, error, payload), requestId)
  }
}

/** Ids of a neighbour's ring may be of any size it likes up to this one. */
const MAX_RING = 65_536

function unreachable(track: Track): IpemError {
  const { to, type, event } = track.header
  const whom = to ?? (type === MessageType.toGrandMaster ? 'the grand master' : 'anybody')
  return new IpemError('ERR_IPEM_UNREACHABLE', `Cannot reach ${whom} to deliver '${event}'`, { pid: to ?? undefined })
}
