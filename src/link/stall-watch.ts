// Notices that a full queue does not move and why: whoever is not heard of either has stopped, whoever gives signs of
// life is only held back itself. Owns the timer; whether something moved is asked of the host.

export interface StallHost {
  /** Changes whenever a byte has left. */
  moved(): number
  /** Nothing moved and nothing was heard for the whole time. Called again only after one of them. */
  onStall(): void
}

/** Looks within the time. Counting looks, not time: a process that was itself suspended has not waited. */
const LOOKS = 4

/** Whoever never takes a byte has stopped after so many times the time, whatever it says. */
const PATIENCE = 60

export class StallWatch {
  readonly #stallMs: number
  readonly #host: StallHost
  #timer: NodeJS.Timeout | null = null
  #last = 0
  /** Looks in a row at which nothing had moved; and those of them since something was heard. */
  #unmoved = 0
  #silent = 0

  constructor(stallMs: number, host: StallHost) {
    this.#stallMs = stallMs
    this.#host = host
  }

  get stalled(): boolean {
    return this.#silent >= LOOKS || this.#unmoved >= LOOKS * PATIENCE
  }

  start(): void {
    if (this.#timer !== null) return
    this.#last = this.#host.moved()
    this.#timer = setInterval(() => this.#look(), this.#stallMs / LOOKS)
    this.#timer.unref()
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    this.#moved()
  }

  /** The other side gave a sign of life. */
  heard(): void {
    this.#silent = 0
  }

  #look(): void {
    const before = this.stalled
    const moved = this.#host.moved()
    if (moved !== this.#last) this.#moved()
    else {
      this.#unmoved++
      this.#silent++
    }
    this.#last = moved
    if (this.stalled && !before) this.#host.onStall()
  }

  #moved(): void {
    this.#unmoved = 0
    this.#silent = 0
  }
}
