// Pings of our own accord, in turn. While a link is not read, because somebody further on is slow: that is how its
// neighbour tells us from a process that has stopped, and goes on waiting. And for a parent that watches our event loop.

const MAX_INTERVAL_MS = 250

/** Several within `stallMs`; and the one who watches us may be less patient than we are. */
export function signIntervalMs(stallMs: number): number {
  return Math.min(stallMs / 4, MAX_INTERVAL_MS)
}

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
