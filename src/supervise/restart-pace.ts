// How fast restarts may follow each other, over all children of a process: a token bucket over timestamps.
//
// The backoff of each child alone does not tame a crowd. Measured on two cores, Node 20: a start costs about 75 ms of
// CPU, so a hundred children that crash at once took half a core of the first 30 s and a fifth ever after, and their
// starts, a batch of timers, stalled the parent's event loop, thus all routing, for two seconds.

export interface Pace {
  /** So many at once after a pause: a handful of children never notices that there is a pace. */
  readonly burst: number
  readonly perSecond: number
}

/** After health. Spread just so far that the parent serves its links in between. */
export const PACE_HEALTHY: Pace = { burst: 8, perSecond: 20 }

/** Before health: these are likely to crash again, and all together they must not cost a tenth of a core. */
export const PACE_CRASHING: Pace = { burst: 8, perSecond: 0.6 }

/** Turns are given in the order in which they are asked for. It keeps no time, it is told. */
export class RestartPacer {
  readonly #pace: Pace
  /** Negative: so many are waiting for their turn. */
  #turns: number
  #at = 0

  constructor(pace: Pace) {
    this.#pace = pace
    this.#turns = pace.burst
  }

  /**
   * Take the next turn.
   *
   * @param now milliseconds, monotonic
   * @returns how long to wait for it, in milliseconds
   */
  take(now: number): number {
    const { burst, perSecond } = this.#pace
    this.#turns = Math.min(burst, this.#turns + ((now - this.#at) * perSecond) / 1000) - 1
    this.#at = now
    return Math.max(0, Math.ceil((-this.#turns * 1000) / perSecond))
  }

  /** A turn that was taken is not needed. Those that wait already keep theirs. */
  giveBack(): void {
    this.#turns++
  }
}
