// What happens on a link before its owner listens is kept, and told in order when it does.

export class EarlyReports {
  #kept: (() => void)[] | null = []

  /** True while nobody listens: the report is kept. */
  keep(report: () => void): boolean {
    this.#kept?.push(report)
    return this.#kept !== null
  }

  /** Somebody listens: told later in this turn, as the listener has not got hold of the link yet. */
  release(): void {
    if (this.#kept?.length === 0) this.#kept = null
    else process.nextTick(() => this.releaseNow())
  }

  releaseNow(): void {
    const kept = this.#kept ?? []
    this.#kept = null
    for (const report of kept) report()
  }
}
