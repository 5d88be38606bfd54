// The wait of one child for its restart: first its own delay, then its turn among all children.

import type { Clock, ClockTimer } from './clock.js'
import { PACE_CRASHING, PACE_HEALTHY, RestartPacer } from './restart-pace.js'

/** Shared by all children of a process. */
export class RestartPacers {
  readonly healthy = new RestartPacer(PACE_HEALTHY)
  readonly crashing = new RestartPacer(PACE_CRASHING)
}

export class RestartTimer {
  readonly #clock: Clock
  readonly #pacers: RestartPacers
  readonly #restart: () => void
  #timer: ClockTimer | null = null
  /** Where a turn is taken that was not used yet. */
  #turnOf: RestartPacer | null = null
  #referenced = true

  constructor(clock: Clock, pacers: RestartPacers, restart: () => void) {
    this.#clock = clock
    this.#pacers = pacers
    this.#restart = restart
  }

  get pending(): boolean {
    return this.#timer !== null
  }

  start(delayMs: number, healthy: boolean): void {
    this.#set(delayMs, () => {
      // Asked for only now: a long delay must not keep others from a turn before it.
      this.#turnOf = healthy ? this.#pacers.healthy : this.#pacers.crashing
      const waitMs = this.#turnOf.take(this.#clock.now())
      if (waitMs > 0) this.#set(waitMs, () => this.#done())
      else this.#done()
    })
  }

  cancel(): void {
    if (this.#timer) this.#clock.clearTimeout(this.#timer)
    this.#timer = null
    this.#turnOf?.giveBack()
    this.#turnOf = null
  }

  setRef(ref: boolean): void {
    this.#referenced = ref
    if (ref) this.#timer?.ref()
    else this.#timer?.unref()
  }

  #set(delayMs: number, callback: () => void): void {
    this.#timer = this.#clock.setTimeout(callback, delayMs)
    if (!this.#referenced) this.#timer.unref()
  }

  #done(): void {
    this.#timer = null
    this.#turnOf = null
    this.#restart()
  }
}
