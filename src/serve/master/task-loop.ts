// One thing after the other: orders wait in a queue, and when there is none what is next to be done is asked for, step by
// step. Signal handlers only put something in.

export class TaskLoop {
  readonly #tasks: (() => unknown)[] = []
  readonly #step: () => Promise<boolean>
  readonly #onIdle: () => void
  readonly #onError: (error: unknown) => void
  #running = false

  /**
   * @param step does one step of what is to be done and answers true, or there is nothing and it answers false
   * @param onIdle neither a task nor a step is left
   */
  constructor(step: () => Promise<boolean>, onIdle: () => void, onError: (error: unknown) => void) {
    this.#step = step
    this.#onIdle = onIdle
    this.#onError = onError
  }

  /** @param task may be asynchronous; the next one waits for it */
  push(task: () => unknown = () => {}): void {
    this.#tasks.push(task)
    if (!this.#running) void this.#run()
  }

  async #run(): Promise<void> {
    this.#running = true
    // Asked for again at the end: something may have come while the last step answered that there is nothing to do.
    for (let more = true; more || this.#tasks.length > 0; ) more = await this.#next()
    this.#running = false
    this.#onIdle()
  }

  async #next(): Promise<boolean> {
    try {
      const task = this.#tasks.shift()
      if (task === undefined) return await this.#step()
      try {
        await task()
      } catch (error) {
        this.#onError(error)
      }
      return true
    } catch (error) {
      this.#onError(error)
      // A step that has failed would fail again at once: not before something changes.
      return false
    }
  }
}
