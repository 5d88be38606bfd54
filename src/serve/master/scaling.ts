// How many workers there are to be, and who waits for it.

import type { Deferred } from '../../supervise/deferred.js'
import type { Logger } from '../log/logger.js'
import type { Crew } from './crew.js'
import { Waiting } from './waiting.js'

const MAX_WORKERS = 1024

export class Scaling {
  readonly #crew: Crew
  readonly #log: Logger
  readonly #waiting = new Waiting()

  constructor(crew: Crew, log: Logger) {
    this.#crew = crew
    this.#log = log
  }

  /** @param done resolved when so many serve */
  to(workers: number, done?: Deferred<void>): void {
    this.#crew.target = Math.min(Math.max(workers, 0), MAX_WORKERS)
    this.#log.info(`${this.#crew.target} workers are wanted`)
    if (done !== undefined) void this.#waiting.add(done)
  }

  /** There is nothing to be done at the moment; also because somebody waits before it tries again. */
  settled(): void {
    if (this.#crew.complete) this.#waiting.resolve()
  }

  failed(error: Error): void {
    this.#waiting.reject(error)
  }
}
