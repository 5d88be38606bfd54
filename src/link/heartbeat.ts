// Liveness of a quiet neighbour: pings, and gives it up when nothing at all came back for some rounds.
// Counts rounds, not time: a process that was itself stopped has asked nobody meanwhile.

export interface HeartbeatHost {
  ping(): void
  /** True while the silence is our own doing, because we do not read. */
  deaf(): boolean
  dead(): void
}

/** A round that comes so late, in intervals, finds input that this process had no time to read. */
const LATE = 1.5

export class Heartbeat {
  readonly #host: HeartbeatHost
  readonly #intervalMs: number
  readonly #maxMisses: number
  readonly #timer: NodeJS.Timeout
  #lastRound = performance.now()
  #misses = 0

  constructor(intervalMs: number, maxMisses: number, host: HeartbeatHost) {
    this.#host = host
    this.#intervalMs = intervalMs
    this.#maxMisses = maxMisses
    this.#timer = setInterval(() => this.#round(), intervalMs)
    this.#timer.unref()
  }

  /** Something came from the other side. */
  alive(): void {
    this.#misses = 0
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #round(): void {
    // Timers run before input is read: after a stop of this process the answer is perhaps there already.
    if (this.#host.deaf() || this.#late()) this.#misses = 0
    if (this.#misses >= this.#maxMisses) {
      this.stop()
      this.#host.dead()
      return
    }
    this.#misses++
    this.#host.ping()
  }

  #late(): boolean {
    const before = this.#lastRound
    this.#lastRound = performance.now()
    return this.#lastRound - before > LATE * this.#intervalMs
  }
}
