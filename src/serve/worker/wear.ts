// When a worker has done enough and is to be replaced: after so many requests, or when it takes too much memory. It only
// says so; the master replaces one after the other.

import { type Clock, type ClockTimer, systemClock } from '../../supervise/clock.js'

const MIB = 1024 * 1024

/** How often memory is looked at. */
const LOOK_MS = 2000

/** Added at random, so that workers that were started together do not wear out together. */
const JITTER = 0.2

export interface WearLimits {
  /** 0: none. */
  readonly maxRequests: number
  /** MiB, 0: none. */
  readonly maxMemory: number
}

export interface WearSources {
  readonly random?: () => number
  readonly rssBytes?: () => number
  readonly clock?: Clock
}

export class Wear {
  readonly #onWorn: (why: string) => void
  readonly #maxRequests: number
  readonly #maxBytes: number
  readonly #rssBytes: () => number
  readonly #clock: Clock
  #requests = 0
  #timer: ClockTimer | null = null
  #worn = false

  constructor({ maxRequests, maxMemory }: WearLimits, onWorn: (why: string) => void, sources: WearSources = {}) {
    const { random = Math.random, rssBytes = () => process.memoryUsage.rss(), clock = systemClock } = sources
    this.#onWorn = onWorn
    const spread = 1 + random() * JITTER
    this.#maxRequests = Math.round(maxRequests * spread)
    this.#maxBytes = maxMemory * MIB * spread
    this.#rssBytes = rssBytes
    this.#clock = clock
    if (maxMemory > 0) this.#lookLater()
  }

  request(): void {
    this.#requests++
    if (this.#maxRequests > 0 && this.#requests >= this.#maxRequests) this.#tell(`${this.#requests} requests`)
  }

  close(): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer)
    this.#worn = true
  }

  #lookLater(): void {
    this.#timer = this.#clock.setTimeout(() => {
      const bytes = this.#rssBytes()
      if (bytes > this.#maxBytes) this.#tell(`${Math.round(bytes / MIB)} MiB`)
      else this.#lookLater()
    }, LOOK_MS)
    this.#timer.unref()
  }

  #tell(why: string): void {
    if (this.#worn) return
    this.#worn = true
    this.#onWorn(why)
  }
}
