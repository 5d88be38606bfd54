// The sending half of a link: the outbox, the tick's single write, the marks, and who waits for what to be out.
// Knows nothing of the medium but whether it is busy, and nothing of how links end.

import type { FrameKind } from '../wire/frame.js'
import type { Keep } from '../wire/payload-memory.js'
import type { LinkLimits } from './link.js'
import { Outbox } from './outbox.js'
import { StallWatch } from './stall-watch.js'

/** Least bytes of whole frames written at once, where there are so many: in such steps a long queue gets shorter. */
const WRITE_BYTES = 262_144

/** Of the high-water mark: where a sender that never rests still gets its `drain`, and the reader has still some to read. */
const LOW_WATER = 0.5

export interface Sink {
  /** Takes chunks, never before it has taken the last ones. True if it took these at once, else `written()` follows. */
  write(chunks: Buffer[]): boolean
  /** Bytes of the last `write` that are not taken yet. */
  unwritten(): number
  onDrain(): void
  onStall(): void
}

interface Flush {
  readonly until: number
  readonly resolve: () => void
}

export class SendQueue {
  readonly #outbox = new Outbox()
  readonly #sink: Sink
  readonly #highWaterMark: number
  readonly #watch: StallWatch
  #scheduled = false
  #needDrain = false
  /** Bytes of the write under way, 0 when there is none; and of all writes so far. */
  #inFlight = 0
  #handed = 0
  #flushes: Flush[] = []
  /** In an `exit` handler there is no later tick: called instead of writing. */
  #hurry: (() => void) | null = null

  constructor(limits: LinkLimits, sink: Sink) {
    this.#sink = sink
    this.#highWaterMark = limits.highWaterMark
    this.#watch = new StallWatch(limits.stallMs, {
      moved: () => this.#handed - this.#pending,
      onStall: () => sink.onStall(),
    })
  }

  get bytes(): number {
    return this.#outbox.bytes + this.#pending
  }

  get needDrain(): boolean {
    return this.#needDrain
  }

  get stalled(): boolean {
    return this.#watch.stalled
  }

  send(kind: FrameKind, body: Uint8Array): void {
    this.#outbox.addFrame(kind, body)
    this.#added()
  }

  sendEvent(headerId: number, requestId: number, payload: Buffer, start: number, end: number, keep: Keep): void {
    this.#outbox.addEvent(headerId, requestId, payload, start, end, keep)
    this.#added()
  }

  /** Resolves when all that is queued now is out, or the queue is closed. */
  flush(): Promise<void> {
    this.leave()
    if (this.#inFlight === 0 && this.#outbox.bytes === 0) return Promise.resolve()
    const until = this.#handed + this.#outbox.bytes
    return new Promise((resolve) => this.#flushes.push({ until, resolve }))
  }

  /** The sink has taken all of the last write. */
  written(): void {
    this.#inFlight = 0
    this.#outbox.reuse()
    this.leave()
    this.settle()
  }

  /** Tells those who wait for what is out. Never called within a send, so that a `drain` listener may send. */
  settle(): void {
    const out = this.#handed - this.#inFlight
    while (this.#flushes[0] !== undefined && this.#flushes[0].until <= out) this.#flushes.shift()?.resolve()
    if (!this.#needDrain || this.#outbox.bytes + this.#inFlight > this.#highWaterMark * LOW_WATER) return
    this.#needDrain = false
    this.#watch.stop()
    this.#sink.onDrain()
  }

  /** The other side gave a sign of life. */
  heard(): void {
    this.#watch.heard()
  }

  /** Gives the sink what is queued, if it is free. */
  leave(): void {
    if (this.#hurry !== null) {
      this.#hurry()
      return
    }
    const outbox = this.#outbox
    while (this.#inFlight === 0 && outbox.bytes > 0) {
      const before = outbox.bytes
      const chunks = outbox.take(WRITE_BYTES)
      // Before the write, as the sink may answer within it.
      this.#inFlight = before - outbox.bytes
      this.#handed += this.#inFlight
      if (this.#sink.write(chunks)) this.#inFlight = 0
    }
    if (this.#inFlight === 0) outbox.reuse()
  }

  /** All that the sink was not given. */
  take(): Buffer[] {
    return this.#outbox.take()
  }

  /** From now on `now` takes what is queued, after each addition. What the sink has not taken is its own matter. */
  hurry(now: () => void): void {
    this.#hurry = now
    this.#scheduled = false
    this.#inFlight = 0
  }

  /** What is queued is lost; nobody is told but those who wait for a flush. */
  close(): void {
    this.#watch.stop()
    this.#needDrain = false
    this.#outbox.close()
    // What is with the sink counts no more, and nothing leaves any more.
    this.#inFlight = 0
    this.#hurry = () => {}
    for (const { resolve } of this.#flushes.splice(0)) resolve()
  }

  get #pending(): number {
    return this.#inFlight === 0 ? 0 : Math.max(1, this.#sink.unwritten())
  }

  #added(): void {
    const outbox = this.#outbox
    if (outbox.bytes + this.#inFlight > this.#highWaterMark && !this.#needDrain) {
      this.#needDrain = true
      this.#watch.start()
    }
    if (outbox.full) {
      if (this.#inFlight === 0) this.leave()
    } else if (!this.#scheduled) this.#schedule()
  }

  #schedule(): void {
    if (this.#hurry !== null) {
      this.#hurry()
      return
    }
    this.#scheduled = true
    // After the code that is running now, before any I/O: all frames of one tick leave in one write.
    process.nextTick(SendQueue.tick, this)
  }

  /** @internal */
  static tick(queue: SendQueue): void {
    queue.#scheduled = false
    queue.leave()
  }
}
