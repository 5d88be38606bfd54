// A link inside one process, for tests and simulations: bytes as over a socket, moved by a scheduler.

import type { LinkLimits } from './link.js'
import { LinkBase } from './link-base.js'

/** Runs a task later; the default is `setImmediate`, a test may collect the tasks and run them itself. */
export type Scheduler = (task: () => void) => void

export class MemoryLink extends LinkBase {
  readonly kind = 'memory'
  readonly #schedule: Scheduler
  #peer: MemoryLink | null = null
  /** On the way to the peer. */
  #flying: Buffer[] = []
  #flyingBytes = 0
  #moving = false
  #reading = false
  /** Nothing comes after what is flying; and the peer has seen that. */
  #ended = false
  #seen = false

  constructor(limits: LinkLimits, schedule: Scheduler) {
    super(limits)
    this.#schedule = schedule
  }

  /** Two ends of one link. */
  static pair(limits: LinkLimits, schedule: Scheduler = setImmediate): [MemoryLink, MemoryLink] {
    const a = new MemoryLink(limits, schedule)
    const b = new MemoryLink(limits, schedule)
    a.#peer = b
    b.#peer = a
    return [a, b]
  }

  protected write(chunks: Buffer[]): boolean {
    this.#fly(chunks)
    return false
  }

  protected unwritten(): number {
    return this.#flyingBytes
  }

  protected startReading(): void {
    this.#reading = true
    if (this.#peer !== null) this.#peer.#move()
  }

  protected stopReading(): void {
    this.#reading = false
  }

  protected finish(): void {
    this.#ended = true
    this.#move()
    this.#closeWhenBothEnded()
  }

  /** What was written is on its way, as with a kernel; what was only queued is lost. */
  protected shut(): void {
    this.#ended = true
    this.#move()
  }

  protected shutAfter(chunks: Buffer[]): void {
    this.#fly(chunks)
    this.shut()
  }

  /** There is nobody left to tell: the other end exits with us. */
  protected exitStep(): boolean {
    return true
  }

  unsentFrames(): number {
    return 0
  }

  ref(): void {}

  unref(): void {}

  #fly(chunks: Buffer[]): void {
    for (const chunk of chunks) {
      // A copy, as a kernel makes one: the outbox writes over its slab, the reader keeps what it got.
      this.#flying.push(Buffer.from(chunk))
      this.#flyingBytes += chunk.length
    }
    this.#move()
  }

  #move(): void {
    if (this.#moving || this.#seen || (this.#flying.length === 0 && !this.#ended)) return
    this.#moving = true
    this.#schedule(() => {
      this.#moving = false
      this.#arrive()
    })
  }

  #arrive(): void {
    const peer = this.#peer as MemoryLink
    while (this.#flying.length > 0 && (peer.#reading || peer.closed)) {
      const chunk = this.#flying.shift() as Buffer
      this.#flyingBytes -= chunk.length
      peer.received(chunk)
    }
    if (this.#flying.length > 0) return
    if (!this.#ended) this.written()
    else if (!this.#seen) {
      this.#seen = true
      peer.peerEnded()
      peer.#closeWhenBothEnded()
    }
  }

  #closeWhenBothEnded(): void {
    if (this.#ended && (this.#peer as MemoryLink).#seen) this.disconnected({ kind: 'local' })
  }
}
