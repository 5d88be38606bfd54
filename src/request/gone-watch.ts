// Counts who needs to hear of processes that leave, and tells the port only when the first starts and the last stops.

import type { RequestPort } from './port.js'

export class GoneWatch {
  readonly #port: RequestPort
  #users = 0

  constructor(port: RequestPort) {
    this.#port = port
  }

  retain(): void {
    if (++this.#users === 1) this.#port.watchGone(true)
  }

  release(): void {
    if (--this.#users === 0) this.#port.watchGone(false)
  }
}
