// A promise with its two functions. Promise.withResolvers() is not there before Node 22.

/** A rejection that nobody waits for is not an unhandled one: whoever asks for the promise still gets it. */
export class Deferred<T> {
  readonly promise: Promise<T>
  #settled = false
  #resolve!: (value: T) => void
  #reject!: (error: Error) => void

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.promise.catch(() => {})
  }

  get settled(): boolean {
    return this.#settled
  }

  resolve(value: T): void {
    this.#settled = true
    this.#resolve(value)
  }

  reject(error: Error): void {
    this.#settled = true
    this.#reject(error)
  }
}
