// A timeout that does not blame others for time in which this process itself was stopped.

import { type Clock, type ClockTimer, systemClock } from '../../supervise/clock.js'

/** Later than this, and it was not the other one who took so long. */
const LATE_MS = 1000

/** What the other one is given then, at most. */
const AGAIN_MS = 5000

export class PatientTimer {
  readonly #clock: Clock
  #timer: ClockTimer | null = null

  constructor(delayMs: number, onTimeout: () => void, clock: Clock = systemClock) {
    this.#clock = clock
    this.#set(delayMs, onTimeout)
  }

  clear(): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer)
    this.#timer = null
  }

  #set(delayMs: number, onTimeout: () => void): void {
    const due = this.#clock.now() + delayMs
    this.#timer = this.#clock.setTimeout(() => {
      if (this.#clock.now() - due > LATE_MS) this.#set(Math.min(delayMs, AGAIN_MS), onTimeout)
      else onTimeout()
    }, delayMs)
  }
}
