// Liveness of a quiet neighbour: pings, and gives it up when nothing at all came back for some rounds.
// Counts rounds, not time: a process that was itself stopped has asked nobody meanwhile.

export interface HeartbeatHost {
  ping(): void
  /** True while the silence is our own doing, because we do not read. */
  deaf(): boolean
  dead(): void
}

export class Heartbeat {
  readonly #host: HeartbeatHost
  readonly #maxMisses: number
  readonly #timer: NodeJS.Timeout
  #verdict: NodeJS.Immediate | null = null
  #misses = 0

  constructor(intervalMs: number, maxMisses: number, host: HeartbeatHost) {
    this.#host = host
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
    if (this.#verdict !== null) clearImmediate(this.#verdict)
  }

  #round(): void {
    if (this.#host.deaf()) this.#misses = 0
    if (this.#misses < this.#maxMisses) {
      this.#misses++
      this.#host.ping()
      return
    }
    // Timers run before input is read: after a stop of this process the answer is perhaps there already.
    this.#verdict ??= setImmediate(() => this.#judge())
  }

  #judge(): void {
    this.#verdict = null
    if (this.#misses < this.#maxMisses) return
    this.stop()
    this.#host.dead()
  }
}
