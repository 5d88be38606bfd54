// While a link is not read, because somebody further on is slow, its neighbour hears pings: that is how it tells us
// from a process that has stopped, and goes on waiting.

export class LifeSigns {
  readonly #intervalMs: number
  readonly #give: () => void
  #timer: NodeJS.Timeout | null = null

  constructor(intervalMs: number, give: () => void) {
    this.#intervalMs = intervalMs
    this.#give = give
  }

  start(): void {
    this.#timer ??= setInterval(this.#give, this.#intervalMs).unref()
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }
}
