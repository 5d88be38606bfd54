// One end of a link under test: numbers what it sends, checks what it gets, remembers what it was told.
// Runs in the process of the tests and, for links between processes, in the other one, too.

import type { IpemError } from '../../src/errors.js'
import type { Link, LinkCloseReason, LinkHandlers, LinkLimits } from '../../src/link/link.js'
import { FrameKind } from '../../src/wire/frame.js'
import type { Keep } from '../../src/wire/payload-memory.js'
import { spareMemory } from '../../src/wire/spare-memory.js'

export const LIMITS: LinkLimits = { highWaterMark: 65_536, stallMs: 200, maxFrame: 67_108_864 }

/** What an end has seen so far; plain data, as it may come from another process. */
export interface Report {
  frames: number
  bytes: number
  /** The frame that was not the one to come next, if there was one. */
  fault: string | null
  kinds: number[]
  drains: number
  stalls: number
  malformed: string[]
  closes: { kind: LinkCloseReason['kind']; code: string | null }[]
  queuedBytes: number
}

/** What a test asks of the far end; everything that came before a call has been done when it resolves. */
export interface FarEnd {
  open(): Promise<void>
  /** Frames of that kind, `size` bytes each; see `LinkEnd.send`. */
  send(count: number, size: number, kind?: FrameKind): Promise<void>
  pause(): Promise<void>
  resume(): Promise<void>
  /** Begins, does not wait. */
  end(deadlineMs: number): Promise<void>
  destroy(): Promise<void>
  report(): Promise<Report>
}

const NO_BODY = Buffer.alloc(0)
const HEADER_ID = 3
/** Two varints before the payload of an event. */
const EVENT_HEAD = 2

const KEEPS: readonly Keep[] = ['keep', 'copy', 'lend']

/** The body that stands at this place in a stream of numbered frames: its number, as far as it fits, then a pattern. */
export function numberedBody(sequence: number, size: number): Buffer {
  const body = Buffer.alloc(size, (sequence * 31 + size) & 0xff)
  for (let i = 0; i < Math.min(4, size); i++) body[i] = (sequence >>> (8 * i)) & 0xff
  return body
}

export class LinkEnd implements LinkHandlers {
  readonly link: Link
  readonly report: Report = {
    frames: 0,
    bytes: 0,
    fault: null,
    kinds: [],
    drains: 0,
    stalls: 0,
    malformed: [],
    closes: [],
    queuedBytes: 0,
  }
  /** Called for each frame that was checked. */
  onEach: (kind: FrameKind) => void = () => {}
  /** Called when the queue has drained. */
  onDrained: () => void = () => {}
  /** How long to take for one's own end when the other side has said goodbye; null to ignore it. */
  endOnBye: number | null = 2000
  #sent = 0
  #expected = 0

  constructor(link: Link) {
    this.link = link
  }

  open(): void {
    this.link.open(this)
  }

  /** Events by the fast way, all other kinds as they are; control frames are numbered like the rest. */
  send(count: number, size: number, kind: FrameKind = FrameKind.event): void {
    for (let i = 0; i < count; i++) {
      const body = numberedBody(this.#sent++, size)
      const keep = KEEPS[i % KEEPS.length] as Keep
      if (kind === FrameKind.event) this.link.sendEvent(HEADER_ID, 0, body, 0, size, keep)
      else this.link.send(kind, body)
      // Its memory is written over as soon as that may be.
      if (kind === FrameKind.event && keep === 'copy') body.fill(0)
      for (let free = spareMemory.take(1); free !== null; free = spareMemory.take(1)) free.fill(0)
    }
  }

  onFrame(kind: FrameKind, bytes: Buffer, start: number, end: number): void {
    const { report, link } = this
    report.kinds.push(kind)
    if (kind === FrameKind.bye && start === end) {
      if (this.endOnBye !== null) void link.end(this.endOnBye)
      return
    }
    if ((kind === FrameKind.ping || kind === FrameKind.pong) && start === end) {
      if (kind === FrameKind.ping) link.send(FrameKind.pong, NO_BODY)
      return
    }
    report.frames++
    report.bytes += end - start
    this.#check(kind === FrameKind.event ? bytes.subarray(start + EVENT_HEAD, end) : bytes.subarray(start, end))
    this.onEach(kind)
  }

  onDrain(): void {
    this.report.drains++
    this.onDrained()
  }

  onStall(): void {
    this.report.stalls++
  }

  onMalformed(error: IpemError): void {
    this.report.malformed.push(error.code)
    this.link.send(FrameKind.refuse, Buffer.from(error.code))
  }

  onClose({ kind, error }: LinkCloseReason): void {
    this.report.closes.push({ kind, code: (error as Partial<IpemError> | undefined)?.code ?? null })
  }

  #check(body: Buffer): void {
    const sequence = this.#expected++
    if (this.report.fault !== null || body.equals(numberedBody(sequence, body.length))) return
    this.report.fault = `frame ${sequence} of ${body.length} bytes begins with ${body.toString('hex', 0, 8)}`
  }
}

/** The far end of a link when it is in the same process. */
export function nearby(end: LinkEnd): FarEnd {
  const { link } = end
  return {
    open: async () => end.open(),
    send: async (count, size, kind) => end.send(count, size, kind),
    pause: async () => link.pause(),
    resume: async () => link.resume(),
    end: async (deadlineMs) => void link.end(deadlineMs),
    destroy: async () => link.destroy(),
    report: async () => ({ ...end.report, queuedBytes: link.queuedBytes }),
  }
}

/** Waits for a condition, and says what it waited for when that does not come about. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  deadlineMs = 8000,
): Promise<void> {
  const deadline = performance.now() + deadlineMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited ${deadlineMs} ms for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
