// Who listens to what, seen from one process: a count of listening sides for each event name.
// A side is this process itself or what lies beyond one link. Pure but for the injected `tell` and `defer`.

/** The name that stands for all names, once a side listens to more of them than are counted. */
const EVERYTHING = ''

export interface InterestChanges<S> {
  /** Tells a side that somebody beyond us listens (or no longer listens) to these names. */
  tell(side: S, add: readonly string[], remove: readonly string[]): void
  /** Calls back once, after the time a vanished listener has to come back. */
  defer(callback: () => void): void
}

/**
 * Additions are told at once, so that they stand before the next event on the ordered link; removals are told
 * late, so that ten thousand `once` cost one frame. Late removal is harmless, late addition would lose events.
 */
export class Interest<S> {
  /** For each name the sides that listen. */
  readonly #listening = new Map<string, Set<S>>()
  /** For each side (never the local one) the names it was told. */
  readonly #told = new Map<S, Set<string>>()
  readonly #changes: InterestChanges<S>
  readonly #maxNames: number
  readonly #sizes = new Map<S, number>()
  readonly #stale = new Set<string>()
  #deferred = false
  /** Grows with each change that can alter a routing decision. */
  version = 0

  constructor(maxNames: number, changes: InterestChanges<S>) {
    this.#maxNames = maxNames
    this.#changes = changes
  }

  /** Whether somebody beyond this side listens. */
  wants(side: S, name: string): boolean {
    return this.#listening.get(name)?.has(side) === true || this.#listening.get(EVERYTHING)?.has(side) === true
  }

  /** A new link: it is told at once all that the other sides listen to. */
  connect(side: S): void {
    const names = new Set<string>()
    for (const name of this.#listening.keys()) if (this.#neededBy(side, name)) names.add(name)
    this.#told.set(side, names)
    this.#changes.tell(side, [...names], [])
  }

  /** The link is gone, and with it what lay beyond. */
  disconnect(side: S): void {
    this.#told.delete(side)
    this.#sizes.delete(side)
    for (const name of [...this.#listening.keys()]) this.remove(side, name)
    this.version++
  }

  add(side: S, name: string): void {
    const sides = this.#listening.get(name) ?? new Set<S>()
    if (sides.has(side)) return
    const size = (this.#sizes.get(side) ?? 0) + 1
    if (size > this.#maxNames && name !== EVERYTHING) {
      this.add(side, EVERYTHING)
      return
    }
    this.#sizes.set(side, size)
    this.#listening.set(name, sides.add(side))
    this.version++
    if (sides.size <= 2) this.#tellNew(name, side)
  }

  remove(side: S, name: string): void {
    const sides = this.#listening.get(name)
    if (sides?.delete(side) !== true) return
    this.#sizes.set(side, (this.#sizes.get(side) ?? 1) - 1)
    if (sides.size === 0) this.#listening.delete(name)
    this.version++
    if (sides.size > 1) return
    this.#stale.add(name)
    if (this.#deferred) return
    this.#deferred = true
    this.#changes.defer(() => this.#tellStale())
  }

  /** Names that are counted, for statistics and leak tests. */
  get size(): number {
    return this.#listening.size
  }

  #neededBy(side: S, name: string): boolean {
    const sides = this.#listening.get(name)
    return sides !== undefined && (sides.size > 1 || !sides.has(side))
  }

  #tellNew(name: string, except: S): void {
    for (const [side, told] of this.#told) {
      if (side === except || told.has(name) || !this.#neededBy(side, name)) continue
      told.add(name)
      this.#changes.tell(side, [name], [])
    }
  }

  #tellStale(): void {
    this.#deferred = false
    for (const [side, told] of this.#told) {
      const gone: string[] = []
      for (const name of this.#stale) {
        if (told.has(name) && !this.#neededBy(side, name)) {
          told.delete(name)
          gone.push(name)
        }
      }
      if (gone.length > 0) this.#changes.tell(side, [], gone)
    }
    this.#stale.clear()
  }
}
