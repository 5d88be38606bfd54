// Counts the connections of a worker, and learns whether they live long.

import { type Clock, type ClockTimer, systemClock } from '../../supervise/clock.js'
import type { OwnLoad } from './balance.js'

/** A connection of one request is over by then. */
export const LONG_MS = 100

const SWEEP_MS = 50

/** How much the last connection counts in the share: so many connections, and what was before is forgotten. */
const MEMORY = 32

interface Entry {
  readonly openedAt: number
  aged: boolean
}

export class Tally implements OwnLoad {
  total = 0
  aged = 0
  /** Until something is known: to pass one on in vain costs little, to have all of them for hours costs much. */
  longShare = 1
  readonly #clock: Clock
  readonly #onChange: () => void
  /** The oldest first. */
  readonly #young = new Set<Entry>()
  #sweep: ClockTimer | null = null

  constructor(onChange: () => void, clock: Clock = systemClock) {
    this.#clock = clock
    this.#onChange = onChange
  }

  /** @returns what to call when it is closed */
  open(): () => void {
    const entry: Entry = { openedAt: this.#clock.now(), aged: false }
    this.total++
    this.#young.add(entry)
    this.#sweep ??= this.#soon()
    this.#onChange()
    return () => this.#close(entry)
  }

  #close(entry: Entry): void {
    this.total--
    if (entry.aged) this.aged--
    else {
      this.#young.delete(entry)
      this.#learn(this.#isLong(entry))
    }
    this.#onChange()
  }

  #isLong({ openedAt }: Entry): boolean {
    return this.#clock.now() - openedAt >= LONG_MS
  }

  #learn(long: boolean): void {
    this.longShare += ((long ? 1 : 0) - this.longShare) / MEMORY
  }

  #soon(): ClockTimer {
    const timer = this.#clock.setTimeout(() => this.#age(), SWEEP_MS)
    timer.unref()
    return timer
  }

  #age(): void {
    for (const entry of this.#young) {
      if (!this.#isLong(entry)) break
      this.#young.delete(entry)
      entry.aged = true
      this.aged++
      this.#learn(true)
    }
    this.#sweep = this.#young.size > 0 ? this.#soon() : null
    this.#onChange()
  }
}
