// One link from its handshake to its end: says hello or welcome, then hands its frames to the bus.
// Owns the order of things on a new link; who may join is checked by the bus and the wire.

import { IpemError } from '../errors.js'
import { Heartbeat } from '../link/heartbeat.js'
import { LifeSigns } from '../link/life-signs.js'
import type { Link, LinkCloseReason, LinkHandlers } from '../link/link.js'
import type { ProcessRole } from '../process-info.js'
import { FrameKind } from '../wire/frame.js'
import {
  decodeHello,
  decodeRefuse,
  decodeWelcome,
  encodeHello,
  encodeRefuse,
  encodeWelcome,
  type PeerInfo,
} from '../wire/handshake.js'
import type { Bus } from './bus.js'
import { Neighbour } from './neighbour.js'

export interface AttachmentOwner {
  readonly bus: Bus
  readonly headerRing: number
  readonly flushDeadlineMs: number
  /** What this process says of itself. */
  identity(): PeerInfo
  /** The parent welcomed us; its interest is known. */
  onParent(parent: Neighbour): void
  /** The other side refused us, or what it sent made us refuse it. */
  onRefused(neighbour: Neighbour, error: IpemError): void
  /** The link has ended. The owner takes the neighbour out of the bus, when it knows why. */
  onGone(neighbour: Neighbour, reason: LinkCloseReason): void
}

const NO_BODY = Buffer.alloc(0)

/** Interest that a parent may send before its welcome: all the names it may have, and the frames around them. */
const MAX_EARLY_BYTES = 32 * 1024 * 1024

export class Attachment implements LinkHandlers {
  readonly neighbour: Neighbour
  /** The other side said goodbye. */
  saidBye = false
  /** We told the other side why it cannot stay; what it still says is not heard. */
  refused = false
  readonly #owner: AttachmentOwner
  readonly #link: Link
  #live = false
  #heartbeat: Heartbeat | null = null
  #beat: LifeSigns | null = null
  #pongsDue = 0
  /** Interest that came before the welcome. */
  #early: Buffer[] = []
  #earlyBytes = 0

  private constructor(owner: AttachmentOwner, link: Link, isParent: boolean, role: ProcessRole) {
    this.#owner = owner
    this.#link = link
    this.neighbour = new Neighbour(link, isParent, role, owner.headerRing)
  }

  /** A child is to come in over this link; `peer` where a handshake has already shown who it is. */
  static child(owner: AttachmentOwner, link: Link, role: ProcessRole, peer: PeerInfo | null = null): Attachment {
    const attachment = new Attachment(owner, link, false, role)
    // An authenticated peer counts from now on; its first frames are in hand perhaps.
    if (peer === null || attachment.#admit(peer)) link.open(attachment)
    return attachment
  }

  /** A parent is at the other end; `greeted` where a handshake has already told it who we are. */
  static parent(owner: AttachmentOwner, link: Link, role: ProcessRole, greeted: boolean): Attachment {
    const attachment = new Attachment(owner, link, true, role)
    if (!greeted) link.send(FrameKind.hello, encodeHello({ ...owner.identity(), role: 'child' }))
    link.open(attachment)
    return attachment
  }

  get live(): boolean {
    return this.#live
  }

  /** Give the neighbour up after `misses` rounds of silence; `dead` says what then. */
  watch(intervalMs: number, misses: number, dead: () => void): void {
    this.#heartbeat = new Heartbeat(intervalMs, misses, {
      ping: () => this.#link.send(FrameKind.ping, NO_BODY),
      deaf: () => (this.neighbour.heldBy?.size ?? 0) > 0,
      dead,
    })
  }

  /** Give the neighbour a sign of life so often, whatever else there is to do: it watches our event loop. */
  beat(intervalMs: number): void {
    this.#beat = new LifeSigns(intervalMs, () => {
      // What fills the link is a sign of life itself, when it is read.
      if (!this.#link.needDrain) this.#link.send(FrameKind.ping, NO_BODY)
    })
    this.#beat.start()
  }

  /** Tell the other side why it cannot stay, then close. */
  refuse(error: IpemError): void {
    this.refused = true
    this.#link.send(FrameKind.refuse, encodeRefuse(error))
    void this.#link.end(this.#owner.flushDeadlineMs)
  }

  onFrame(kind: FrameKind, bytes: Buffer, start: number, end: number): void {
    this.#heartbeat?.alive()
    if (this.refused) return
    if (this.#live && kind >= FrameKind.topology && kind <= FrameKind.interest) {
      this.#owner.bus.onFrame(this.neighbour, kind, bytes, start, end)
      return
    }
    switch (kind) {
      case FrameKind.ping:
        // Who asks and asks and does not read must not fill our memory with answers. Each gets its own all the same: the
        // other side counts them, to know at its exit that we have read all.
        if (this.#link.needDrain) this.#pongsDue++
        else this.#link.send(FrameKind.pong, NO_BODY)
        break
      case FrameKind.pong:
        break
      case FrameKind.bye:
        this.saidBye = true
        void this.#link.end(this.#owner.flushDeadlineMs)
        break
      case FrameKind.refuse:
        this.#owner.onRefused(this.neighbour, decodeRefuse(bytes, start, end))
        this.#link.destroy()
        break
      default:
        this.#handshake(kind, bytes, start, end)
    }
  }

  onDrain(): void {
    for (; this.#pongsDue > 0 && !this.#link.needDrain; this.#pongsDue--) this.#link.send(FrameKind.pong, NO_BODY)
    this.#owner.bus.onDrain(this.neighbour)
  }

  onStall(): void {
    this.#owner.bus.onStall(this.neighbour)
  }

  onMalformed(error: IpemError): void {
    this.#link.send(FrameKind.refuse, encodeRefuse(error))
    this.#owner.onRefused(this.neighbour, error)
  }

  onClose(reason: LinkCloseReason): void {
    this.#live = false
    this.#heartbeat?.stop()
    this.#beat?.stop()
    this.#owner.bus.onClose(this.neighbour)
    this.#owner.onGone(this.neighbour, this.saidBye ? { kind: 'bye' } : reason)
  }

  #handshake(kind: FrameKind, bytes: Buffer, start: number, end: number): void {
    if (!this.#live && !this.neighbour.isParent && kind === FrameKind.hello) {
      this.#admit(decodeHello(bytes, start, end))
    } else if (!this.#live && this.neighbour.isParent && kind === FrameKind.welcome) {
      this.#welcomed(bytes, start, end)
    } else if (!this.#live && this.neighbour.isParent && kind === FrameKind.interest) {
      this.#earlyBytes += end - start
      if (this.#earlyBytes > MAX_EARLY_BYTES) {
        throw new IpemError('ERR_IPEM_PROTOCOL', 'Expected the welcome of a parent behind its interest')
      }
      this.#early.push(Buffer.from(bytes.subarray(start, end)))
    } else {
      throw new IpemError('ERR_IPEM_PROTOCOL', `Expected no frame of kind ${kind} at this point of a handshake`)
    }
  }

  #admit(peer: PeerInfo): boolean {
    const { bus } = this.#owner
    const { pid, osPid, host, title } = peer
    try {
      bus.members.addChild(this.neighbour, { pid, osPid, host, title, role: this.neighbour.role })
    } catch (error) {
      this.refuse(error as IpemError)
      this.#owner.onRefused(this.neighbour, error as IpemError)
      return false
    }
    this.#live = true
    const { name } = this.#owner.identity()
    // Behind the interest, which stands in the queue already: whoever is welcomed knows who listens.
    this.#link.send(FrameKind.welcome, encodeWelcome({ pid: bus.members.self, name, way: bus.members.wayForChildren }))
    return true
  }

  #welcomed(bytes: Buffer, start: number, end: number): void {
    const { bus } = this.#owner
    const { pid, way } = decodeWelcome(bytes, start, end)
    bus.members.setParent(this.neighbour, pid, way)
    this.#live = true
    for (const interest of this.#early.splice(0)) {
      bus.onFrame(this.neighbour, FrameKind.interest, interest, 0, interest.length)
    }
    this.#owner.onParent(this.neighbour)
  }
}
