// Connections on their way to the master, one after the other. A master that does not read, because it is stopped or busy
// with something else, must not hold up clients: what it has not taken in time stays here.

import { type Clock, type ClockTimer, systemClock } from '../../supervise/clock.js'

/** A master that takes longer for one connection is given no more for now. */
export const STUCK_MS = 250

/** A connection that somebody else should have. */
export interface Passing {
  /** Hands it in. `done` is called when it is on its way, or cannot be. @returns false: there is nobody */
  send(done: (error: Error | null) => void): boolean
  /** It is on its way: what is left of it here can go. */
  release(): void
  /** It stays here after all. */
  keep(): void
}

export class PassQueue {
  readonly #clock: Clock
  readonly #waiting: Passing[] = []
  #timer: ClockTimer | null = null
  #busy = false
  #stuck = false

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
  }

  /** The master does not take what it was given last. */
  get stuck(): boolean {
    return this.#stuck
  }

  push(passing: Passing): void {
    if (this.#stuck) passing.keep()
    else {
      this.#waiting.push(passing)
      this.#next()
    }
  }

  /** What has not been handed in stays here. */
  close(): void {
    for (const passing of this.#waiting.splice(0)) passing.keep()
  }

  #next(): void {
    if (this.#busy) return
    const passing = this.#waiting.shift()
    if (passing === undefined) return
    this.#busy = true
    this.#timer = this.#clock.setTimeout(() => {
      this.#stuck = true
      this.close()
    }, STUCK_MS)
    if (!passing.send((error) => this.#done(passing, error))) this.#done(passing, new Error('Nobody is there'))
  }

  #done(passing: Passing, error: Error | null): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer)
    this.#busy = false
    this.#stuck = false
    if (error === null) passing.release()
    else passing.keep()
    this.#next()
  }
}
