// A link inside one process, for tests and simulations: bytes as over a socket, moved by a scheduler.

import type { LinkLimits } from './link.js'
import { LinkBase } from './link-base.js'

/** Runs a task later; the default is `setImmediate`, a test may collect the tasks and run them itself. */
export type Scheduler = (task: () => void) => void

export class MemoryLink extends LinkBase {
  readonly kind = 'memory'
  readonly #schedule: Scheduler
  #peer: MemoryLink | null = null
  #flying: Buffer[] = []
  #flyingBytes = 0
  #moving = false
  #reading = false
  #ended = false

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

  protected startReading(): void {
    this.resume()
  }

  protected write(chunks: Buffer[]): void {
    // A copy, as a kernel makes one: the outbox writes over its slab, the reader keeps what it got.
    for (const chunk of chunks) this.#flying.push(Buffer.from(chunk))
    this.#flyingBytes = this.#flying.reduce((sum, chunk) => sum + chunk.length, 0)
    this.#move()
  }

  protected get pendingBytes(): number {
    return this.#flyingBytes
  }

  protected shut(): void {
    // What was written is on its way, as with a kernel: a refusal still arrives, only what was queued is lost.
    this.#hangUp()
  }

  protected finish(): void {
    this.#hangUp()
    this.disconnected({ kind: 'local' })
  }

  protected stopReading(): void {
    this.#reading = false
  }

  protected continueReading(): void {
    this.#reading = true
    const peer = this.#peer
    if (peer !== null) peer.#move()
  }

  ref(): void {}

  unref(): void {}

  #move(): void {
    if (this.#moving || (this.#flying.length === 0 && !this.#ended)) return
    this.#moving = true
    this.#schedule(() => {
      this.#moving = false
      this.#arrive()
    })
  }

  /** Asked by the other end. */
  protected get reading(): boolean {
    return this.#reading
  }

  #arrive(): void {
    const peer = this.#peer
    while (peer?.reading && this.#flying.length > 0) {
      const chunk = this.#flying.shift() as Buffer
      this.#flyingBytes -= chunk.length
      peer.received(chunk)
    }
    if (this.#flying.length > 0) return
    if (!this.closed) this.written()
    if (this.#ended) peer?.disconnected({ kind: 'end' })
  }

  #hangUp(): void {
    this.#ended = true
    this.#move()
  }
}
