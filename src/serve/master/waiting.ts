// Those who wait for the same thing: all of them hear of it.

import { Deferred } from '../../supervise/deferred.js'

export class Waiting {
  #waiting: Deferred<void>[] = []

  get size(): number {
    return this.#waiting.length
  }

  add(one: Deferred<void> = new Deferred()): Promise<void> {
    this.#waiting.push(one)
    return one.promise
  }

  resolve(): void {
    for (const one of this.#waiting.splice(0)) one.resolve()
  }

  reject(error: Error): void {
    for (const one of this.#waiting.splice(0)) one.reject(error)
  }
}
