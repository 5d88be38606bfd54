// The way of a message through this process: from its own code or a link, past the router, to listeners and
// links. Knows no sockets, no child processes and no users' options; many can live in one process (simulations).

import { IpemError } from '../errors.js'
import { type Message, MessageType } from '../message.js'
import type { OfflineInfo, ProcessInfo } from '../process-info.js'
import { FRAME_HEAD, FrameKind, VarintReader } from '../wire/frame.js'
import { headerFrameBody, parseHeaderFrame } from '../wire/headers.js'
import { ownCopy } from '../wire/own-copy.js'
import { decodePayload, writePayload } from '../wire/payload.js'
import type { Keep } from '../wire/payload-memory.js'
import { MIN_VIEW } from '../wire/plain-reader.js'
import { believe } from './belief.js'
import type { BusLimits, BusOwner } from './bus-owner.js'
import { Flow } from './flow.js'
import { Members } from './members.js'
import type { Neighbour } from './neighbour.js'
import { noticeArgs, unreachable, withMessage } from './notice.js'
import { OwnTracks } from './own-tracks.js'
import { Track } from './track.js'

/** Room for news of the tree beyond all that messages may take: twice as many names as a link may have by default. */
const NEWS_BYTES = 33_554_432

/** Ids of a neighbour's ring are taken up to this one, or up to our own ring where that is larger. */
const MIN_RING = 4096

const varints = new VarintReader()

export class Bus {
  readonly members: Members
  readonly own: OwnTracks
  readonly #flow: Flow
  readonly #limits: BusLimits
  readonly #owner: BusOwner
  readonly #maxIds: number
  /** Payloads decoded here since the start; a relay's stays what it was. */
  decoded = 0

  constructor(info: ProcessInfo, limits: BusLimits, owner: BusOwner) {
    this.#limits = limits
    this.#owner = owner
    this.#maxIds = Math.max(limits.headerRing, MIN_RING)
    this.own = new OwnTracks(info.pid)
    this.#flow = new Flow(limits.hardLimit, (track, error, payload) => this.#undelivered(track, error, 0, payload))
    this.members = new Members(info, limits, {
      onPresence: (message, pid) => owner.onPresence(message, pid),
      onChildOnline: (child) => owner.onChildOnline(child),
      onWayLost: (kept, lost) => owner.onWayLost(kept, lost),
      send: (to, kind, body) => this.#tell(to, kind, body),
    })
  }

  /** A link is over its high-water mark, and still moves. */
  get needDrain(): boolean {
    return this.#flow.full
  }

  /**
   * Sends a message of this process. Where nobody listens nothing is encoded.
   * @throws ERR_IPEM_UNSERIALIZABLE, ERR_IPEM_TOO_LARGE
   */
  send(track: Track, args: readonly unknown[], requestId = 0, maxPayload = this.#limits.maxPayload): void {
    const { deliver, forward, refused } = track.decide(this.members)
    if (forward.length > 0) {
      const payload = writePayload(args, maxPayload)
      try {
        const keep = payload.giveTo(forward.length)
        this.#forward(track, forward, requestId, payload.bytes, 0, payload.length, keep)
      } finally {
        payload.release()
      }
    }
    if (deliver) this.#deliver(track.message(args), requestId)
    else if (refused !== null && !track.isReply) {
      this.#owner.onUndelivered(withMessage(unreachable(track), track, args), requestId)
    }
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
    this.#flow.settle(neighbour)
    this.#release(neighbour)
  }

  onStall(neighbour: Neighbour): void {
    this.#release(neighbour)
  }

  /** The link has ended, and holds nobody back. Who was behind it is still in the tree, until `remove` says why. */
  onClose(neighbour: Neighbour): void {
    this.#flow.forget(neighbour)
    this.#flow.settle(neighbour)
    this.#release(neighbour)
    // Others may hold it for a while: a decision that was made when it was there.
    neighbour.forget()
  }

  /** Whoever lived behind this link, which has ended, is offline. */
  remove(neighbour: Neighbour, info: OfflineInfo): void {
    this.members.remove(neighbour, info)
  }

  /** News of the tree are never refused: who does not read them for so long is given up. */
  #tell(to: Neighbour, kind: FrameKind, body: Uint8Array): void {
    const { link } = to
    const { hardLimit, highWaterMark, maxPayload } = this.#limits
    // A link that is not full takes one message more, whatever its size.
    if (link.queuedBytes <= Math.max(hardLimit, highWaterMark + maxPayload) + NEWS_BYTES) link.send(kind, body)
    else
      link.destroy(new IpemError('ERR_IPEM_OVERFLOW', `${to.pid} does not read the news of the tree`, { pid: to.pid }))
  }

  #release(neighbour: Neighbour): void {
    if (this.#flow.release(neighbour)) this.#owner.onDrain()
  }

  #onHeader(from: Neighbour, bytes: Buffer, start: number, end: number): void {
    const { id, header } = parseHeaderFrame(bytes, start, end)
    if (id >= this.#maxIds) {
      throw new IpemError('ERR_IPEM_PROTOCOL', `Expected a header id below ${this.#maxIds}, got ${id}`)
    }
    const track = new Track(header, from, this.members.self)
    believe(track, from, this.members)
    from.received[id] = track
  }

  #onEvent(from: Neighbour, bytes: Buffer, start: number, end: number): void {
    const id = varints.read(bytes, start, end)
    const requestId = varints.read(bytes, varints.offset, end)
    const track = from.received[id]
    if (track === undefined) throw new IpemError('ERR_IPEM_PROTOCOL', `Expected a known header id, got ${id}`)
    believe(track, from, this.members)
    this.#handle(track, requestId, bytes, varints.offset, end)
  }

  #handle(track: Track, requestId: number, bytes: Buffer, start: number, end: number): void {
    const { deliver, forward, refused } = track.decide(this.members)
    // Before the listeners here: what these send in answer stands behind what they answer.
    if (forward.length > 0) this.#forward(track, forward, requestId, bytes, start, end, 'keep')
    if (deliver) this.#arrived(track, requestId, bytes, start, end, forward.length > 0)
    else if (refused === 'unreachable') {
      this.#undelivered(track, unreachable(track), requestId, bytes.subarray(start, end))
    } else if (refused === 'misdirected') {
      throw new IpemError(
        'ERR_IPEM_PROTOCOL',
        `Refused a message of type ${track.header.type} from this side of the tree`,
      )
    }
  }

  #arrived(track: Track, requestId: number, bytes: Buffer, start: number, end: number, shared: boolean): void {
    const { type, event } = track.header
    if (type < MessageType.request && !this.#owner.listens(event)) return
    let args: unknown[]
    try {
      // A listener may write to a Buffer it gets, and others are still to get these bytes.
      const own = shared && end - start >= MIN_VIEW ? ownCopy(bytes, start, end) : null
      args = own === null ? decodePayload(bytes, start, end) : decodePayload(own, 0, own.length)
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

  #forward(
    track: Track,
    targets: readonly Neighbour[],
    requestId: number,
    bytes: Buffer,
    start: number,
    end: number,
    keep: Keep,
  ): void {
    for (const to of targets) {
      if (to.link.mute) {
        // It has ended, or said goodbye: its process is still to be reported as gone. Of many receivers one is gone, of one all are.
        if (track.targeted) this.#undelivered(track, unreachable(track), requestId, bytes.subarray(start, end))
        continue
      }
      if (!this.#flow.admits(to, FRAME_HEAD + end - start, track)) {
        this.#refuse(to, track, requestId, bytes.subarray(start, end))
        continue
      }
      let id = to.sent.idOf(track)
      if (id === undefined) {
        const header = track.bytes
        id = to.sent.define(track)
        to.link.send(FrameKind.header, headerFrameBody(id, header))
      }
      to.link.sendEvent(id, requestId, bytes, start, end, keep)
      this.#flow.fed(to, track.origin)
    }
  }

  #refuse(to: Neighbour, track: Track, requestId: number, payload: Buffer): void {
    // A refused request has somebody waiting for this very one.
    if (requestId === 0) this.#flow.refuse(to, track, payload)
    else {
      const text = `The queue to ${to.pid} is full`
      this.#undelivered(track, new IpemError('ERR_IPEM_OVERFLOW', text, { pid: to.pid }), requestId, null)
    }
  }

  /** Tells the origin, wherever it is. Notices and answers themselves are never answered. */
  #undelivered(track: Track, error: IpemError, requestId: number, payload: Buffer | null): void {
    if (track.isReply) return
    if (track.origin === null) {
      // In memory of its own: what was written for the links is written over by the next message.
      const own = payload === null ? null : ownCopy(payload)
      const args = own === null ? [] : decodePayload(own, 0, own.length)
      this.#owner.onUndelivered(withMessage(error, track, args), requestId)
    } else {
      const back = this.own.routed(MessageType.notice, '', track.pids)
      // What is returned was not too large on its way here, and a notice adds little.
      this.send(back, noticeArgs(track, error, payload), requestId, Number.POSITIVE_INFINITY)
    }
  }
}
