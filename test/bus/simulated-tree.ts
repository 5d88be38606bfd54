// Processes without processes: each has a Bus, its links are memory links, and every step of the bytes waits
// in one queue that the test runs, in order or shuffled.

import { Attachment, type AttachmentOwner } from '../../src/bus/attachment.js'
import { Bus } from '../../src/bus/bus.js'
import type { BusLimits, BusOwner } from '../../src/bus/bus-owner.js'
import type { Neighbour } from '../../src/bus/neighbour.js'
import { errorOfNotice } from '../../src/bus/notice.js'
import type { IpemError } from '../../src/errors.js'
import type { Link, LinkCloseReason, LinkLimits } from '../../src/link/link.js'
import { MemoryLink } from '../../src/link/memory-link.js'
import { type Message, MessageType, type MessageTypeNumber } from '../../src/message.js'
import type { ProcessInfo } from '../../src/process-info.js'
import type { PeerInfo } from '../../src/wire/handshake.js'

export const LIMITS: BusLimits & LinkLimits = {
  maxPayload: 1_048_576,
  maxFrame: 1_048_576 + 65_536,
  highWaterMark: 1_048_576,
  hardLimit: 67_108_864,
  headerRing: 1024,
  maxInterestNames: 65_536,
  lateRemovalMs: 1000,
  stallMs: 1000,
}

/** Numbers from 0 up to and without 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Tasks that wait for the test to run them. */
export class Schedule {
  #tasks: (() => void)[] = []
  readonly #random: (() => number) | null

  /** With a random source any waiting task may be next: links overtake each other, what is on one link never does. */
  constructor(random: (() => number) | null = null) {
    this.#random = random
  }

  readonly add = (task: () => void): void => {
    this.#tasks.push(task)
  }

  /** Runs until nothing waits and nothing is scheduled any more. */
  async settle(): Promise<void> {
    for (let idle = 0; idle < 3; idle++) {
      if (this.#tasks.length > 0) idle = 0
      await this.runSome()
    }
  }

  /** Some of what waits, and what follows from it in this tick. */
  async runSome(): Promise<void> {
    if (this.#random === null) this.#runInOrder()
    else this.#runShuffled(this.#random)
    // Links write at the end of a tick.
    await new Promise<void>((resolve) => process.nextTick(resolve))
  }

  #runInOrder(): void {
    const tasks = this.#tasks
    this.#tasks = []
    for (const task of tasks) task()
  }

  #runShuffled(random: () => number): void {
    // Not all of them: what waits longer meets what is sent later.
    for (let count = Math.ceil(this.#tasks.length * random()); count > 0; count--) {
      const last = this.#tasks.length - 1
      const at = Math.floor(random() * (last + 1))
      const task = this.#tasks[at] as () => void
      this.#tasks[at] = this.#tasks[last] as () => void
      this.#tasks.length = last
      task()
    }
  }
}

export interface Presence {
  readonly event: string
  readonly pid: string
  readonly message: Message
}

/** The functions that send, by what they are called in the emitter. */
export type Multicast = 'sendToParents' | 'sendToChilds' | 'sendToSiblings' | 'sendToGrandMaster' | 'broadcast'

const MULTICAST: Record<Multicast, MessageTypeNumber> = {
  sendToParents: MessageType.toParents,
  sendToChilds: MessageType.toChilds,
  sendToSiblings: MessageType.toSiblings,
  sendToGrandMaster: MessageType.toGrandMaster,
  broadcast: MessageType.broadcast,
}

export class SimulatedProcess implements AttachmentOwner, BusOwner {
  readonly info: ProcessInfo
  readonly bus: Bus
  readonly headerRing: number
  readonly flushDeadlineMs = 2000
  readonly received: Message[] = []
  readonly control: { message: Message; requestId: number }[] = []
  readonly presence: Presence[] = []
  readonly undelivered: { error: IpemError; requestId: number }[] = []
  readonly unreadable: IpemError[] = []
  readonly refusals: IpemError[] = []
  readonly childrenOnline: string[] = []
  readonly waysLost: string[][] = []
  readonly attachments = new Map<Neighbour, Attachment>()
  drains = 0
  /** Called for each message that arrives, if it is set. */
  onArrival: ((message: Message) => void) | null = null
  /** Called for each message that could not be delivered, if it is set. */
  onLoss: (() => void) | null = null
  readonly #listening = new Set<string>()

  constructor(pid: string, limits: BusLimits) {
    this.info = { pid, osPid: Number.parseInt(pid, 10), host: 'sim', role: 'grandmaster', title: 'sim' }
    this.headerRing = limits.headerRing
    this.bus = new Bus(this.info, limits, this)
  }

  get pid(): string {
    return this.info.pid
  }

  /** The link to the parent, also before it has welcomed us. */
  get wayUp(): Link | null {
    for (const { isParent, link } of this.attachments.keys()) if (isParent) return link
    return null
  }

  /** Reads nothing from the parent, and says nothing of it: as a process that is stopped. */
  freeze(): void {
    if (this.wayUp !== null) reading(this.wayUp).stopReading()
  }

  thaw(): void {
    this.wayUp?.resume()
  }

  /** The neighbour with this pid, as this process sees it. */
  neighbour(other: SimulatedProcess): Neighbour {
    const neighbour = this.bus.members.neighbour(other.pid)
    if (neighbour === undefined) throw new Error(`${other.pid} is no neighbour of ${this.pid}`)
    return neighbour
  }

  on(...events: string[]): this {
    for (const event of events) {
      this.#listening.add(event)
      this.bus.members.setListening(event, true)
    }
    return this
  }

  off(event: string): this {
    this.#listening.delete(event)
    this.bus.members.setListening(event, false)
    return this
  }

  multicast(kind: Multicast, event: string, ...args: unknown[]): void {
    this.bus.send(this.bus.own.multicast(MULTICAST[kind], event), args)
  }

  sendToChild(pid: string, event: string, ...args: unknown[]): void {
    this.bus.send(this.bus.own.targeted(MessageType.toChild, event, pid), args)
  }

  sendTo(target: string | readonly string[], event: string, ...args: unknown[]): void {
    const { own } = this.bus
    const type = MessageType.sendTo
    this.bus.send(
      typeof target === 'string' ? own.targeted(type, event, target) : own.routed(type, event, target),
      args,
    )
  }

  /** A request and what it is sent with; nothing here answers it. */
  request(target: string | null, event: string, requestId: number, ...args: unknown[]): void {
    this.bus.send(this.bus.own.targeted(MessageType.request, event, target), args, requestId)
  }

  identity(): PeerInfo {
    const { pid, osPid, host, title } = this.info
    return { pid, osPid, host, title, name: 'sim', member: 'fork' }
  }

  onParent(parent: Neighbour): void {
    this.bus.members.announce(parent)
  }

  onRefused(_neighbour: Neighbour, error: IpemError): void {
    this.refusals.push(error)
  }

  onGone(neighbour: Neighbour, reason: LinkCloseReason): void {
    this.attachments.delete(neighbour)
    const wasParent = neighbour === this.bus.members.parent
    this.bus.remove(neighbour, { code: null, signal: null, reason: reason.kind })
    if (wasParent) this.bus.members.becomeGrandMaster()
  }

  listens(event: string): boolean {
    return this.#listening.has(event)
  }

  onMessage(message: Message): void {
    // As the emitter does with a message nobody listens to.
    if (!this.#listening.has(message.event)) return
    this.received.push(message)
    this.onArrival?.(message)
  }

  onControl(message: Message, requestId: number): void {
    const error = message.type === MessageType.notice ? errorOfNotice(message) : null
    if (error === null) this.control.push({ message, requestId })
    else this.onUndelivered(error, requestId)
  }

  onPresence(message: Message, pid: string): void {
    if (this.#listening.has(message.event)) this.presence.push({ event: message.event, pid, message })
  }

  onChildOnline(child: Neighbour): void {
    this.childrenOnline.push(child.pid)
  }

  onWayLost(kept: string, lost: readonly string[]): void {
    this.waysLost.push([kept, ...lost])
  }

  onUndelivered(error: IpemError, requestId: number): void {
    this.undelivered.push({ error, requestId })
    this.onLoss?.()
  }

  onUnreadable(error: IpemError): void {
    this.unreadable.push(error)
  }

  onDrain(): void {
    this.drains++
  }
}

export class SimulatedTree {
  readonly schedule: Schedule
  readonly processes: SimulatedProcess[] = []
  readonly #limits: BusLimits & LinkLimits
  #count = 0

  constructor(limits: Partial<BusLimits & LinkLimits> = {}, schedule = new Schedule()) {
    this.#limits = { ...LIMITS, ...limits }
    this.schedule = schedule
  }

  /** A process on its own: a grand master, as long as it does not join. */
  add(): SimulatedProcess {
    const process = new SimulatedProcess(pidOf(++this.#count), this.#limits)
    process.bus.members.becomeGrandMaster()
    this.processes.push(process)
    return process
  }

  /** A new process below another. */
  addBelow(parent: SimulatedProcess): SimulatedProcess {
    const process = this.add()
    this.join(process, parent)
    return process
  }

  /** Begins a handshake; `settle()` ends it. */
  join(child: SimulatedProcess, parent: SimulatedProcess): void {
    const [below, above] = MemoryLink.pair(this.#limits, this.schedule.add)
    this.attach(parent, Attachment.child(parent, above, 'fork'))
    this.attach(child, Attachment.parent(child, below, 'fork', false))
  }

  /** A link of `process` whose other end is in the hands of the test. */
  wire(): [MemoryLink, MemoryLink] {
    return MemoryLink.pair(this.#limits, this.schedule.add)
  }

  attach(process: SimulatedProcess, attachment: Attachment): Attachment {
    process.attachments.set(attachment.neighbour, attachment)
    return attachment
  }

  /** Breaks the link to the parent: this process is a grand master again, with all that is below it. */
  cut(process: SimulatedProcess): void {
    process.wayUp?.destroy()
  }

  /** The process is gone, without a word. Its children are on their own. */
  kill(process: SimulatedProcess): void {
    for (const { link } of [...process.attachments.keys()]) link.destroy()
    this.processes.splice(this.processes.indexOf(process), 1)
  }

  settle(): Promise<void> {
    return this.schedule.settle()
  }
}

/** A pid that looks like one; the number stands in front. */
export function pidOf(number: number): string {
  return `${number}-${String(number).padStart(10, '0')}`
}

/** A link that is paused tells the other end that it is; one of a stopped process does not. */
function reading(link: Link): { stopReading(): void } {
  return link as unknown as ReturnType<typeof reading>
}
