// Who listens to what, seen from one process: for each event name the sides that listen.
// A side is this process itself or what lies beyond one link. Pure but for the injected `tell` and `defer`.

/** The name that stands for all names, once a side listens to more of them than are counted. */
export const EVERYTHING = ''

export interface InterestChanges<S> {
  /** Tells a link that somebody beyond us listens (or no longer listens) to these names. */
  tell(link: S, add: readonly string[], remove: readonly string[]): void
  /** Calls back once, after the time a vanished listener has to come back. */
  defer(callback: () => void): void
}

/** The sides that listen to one name, and when that last changed on a link. */
interface Listened<S> {
  readonly sides: Set<S>
  stamp: number
}

/**
 * Additions are told at once, so that they stand before the next event on the ordered link; removals are told
 * late, so that ten thousand `once` cost one frame. Late removal is harmless, late addition would lose events.
 */
export class Interest<S> {
  readonly #changes: InterestChanges<S>
  readonly #maxNames: number
  readonly #listened = new Map<string, Listened<S>>()
  /** For each link (never this process) the names it was told; null until there is one. */
  readonly #told = new Map<S, Set<string> | null>()
  /** For each side the names counted; past the limit it listens to everything, until it goes. */
  readonly #counts = new Map<S, number>()
  #stale: Set<string> | null = null
  #version = 0
  /** What a name without a younger stamp of its own has: the last change of all names, or of one that is gone. */
  #floor = 0

  constructor(maxNames: number, changes: InterestChanges<S>) {
    this.#maxNames = maxNames
    this.#changes = changes
  }

  /** Grows with each change that can alter a routing decision: listeners of this process never do. */
  get version(): number {
    return this.#version
  }

  /** Differs whenever the links that want this name may differ. */
  stamp(name: string): number {
    return Math.max(this.#listened.get(name)?.stamp ?? 0, this.#floor)
  }

  /** Whether somebody beyond this link, or on this side, listens. */
  wants(side: S, name: string): boolean {
    return this.#has(side, name) || this.#has(side, EVERYTHING)
  }

  /** Every side that listens. */
  sides(name: string): Iterable<S> {
    const some = this.#listened.get(name)?.sides
    const all = this.#listened.get(EVERYTHING)?.sides
    if (all === undefined) return some ?? []
    return some === undefined ? all : new Set([...some, ...all])
  }

  /** A new link: it is told at once all that the other sides listen to. */
  connect(link: S): void {
    const names: string[] = []
    for (const name of this.#listened.keys()) if (this.#neededBy(link, name)) names.push(name)
    this.#told.set(link, names.length === 0 ? null : new Set(names))
    if (names.length > 0) this.#changes.tell(link, names, [])
  }

  /** The link is gone, and with it what lay beyond. */
  disconnect(link: S): void {
    for (const name of [...this.#listened.keys()]) this.remove(link, name)
    this.#told.delete(link)
    this.#counts.delete(link)
  }

  add(side: S, name: string): void {
    if (this.#has(side, name)) return
    const count = this.#counts.get(side) ?? 0
    if (count >= this.#maxNames && name !== EVERYTHING) {
      this.add(side, EVERYTHING)
      return
    }
    this.#counts.set(side, count + 1)
    const listened = this.#listened.get(name) ?? { sides: new Set<S>(), stamp: 0 }
    this.#listened.set(name, listened)
    listened.sides.add(side)
    this.#changed(side, name, listened)
    if (listened.sides.size <= 2) this.#tellNew(name)
  }

  remove(side: S, name: string): void {
    const listened = this.#listened.get(name)
    if (listened?.sides.delete(side) !== true) return
    this.#counts.set(side, (this.#counts.get(side) ?? 1) - 1)
    this.#changed(side, name, listened)
    if (listened.sides.size > 1) return
    if (listened.sides.size === 0) {
      this.#listened.delete(name)
      // Its stamp outlives it: the name may come back, and must not look as if nothing had happened.
      this.#floor = Math.max(this.#floor, listened.stamp)
    }
    if (this.#stale === null) {
      this.#stale = new Set()
      this.#changes.defer(() => this.#tellStale())
    }
    this.#stale.add(name)
  }

  /** Names that are counted, for statistics and leak tests. */
  get size(): number {
    return this.#listened.size
  }

  #has(side: S, name: string): boolean {
    return this.#listened.get(name)?.sides.has(side) === true
  }

  #neededBy(link: S, name: string): boolean {
    const sides = this.#listened.get(name)?.sides
    return sides !== undefined && sides.size > (sides.has(link) ? 1 : 0)
  }

  #changed(side: S, name: string, listened: Listened<S>): void {
    if (!this.#told.has(side)) return
    listened.stamp = ++this.#version
    if (name === EVERYTHING) this.#floor = this.#version
  }

  #tellNew(name: string): void {
    for (const [link, told] of this.#told) {
      if (told?.has(name) || !this.#neededBy(link, name)) continue
      if (told === null) this.#told.set(link, new Set([name]))
      else told.add(name)
      this.#changes.tell(link, [name], [])
    }
  }

  #tellStale(): void {
    const stale = this.#stale ?? []
    this.#stale = null
    for (const [link, told] of this.#told) {
      if (told === null) continue
      const gone: string[] = []
      for (const name of stale) {
        if (told.has(name) && !this.#neededBy(link, name)) {
          told.delete(name)
          gone.push(name)
        }
      }
      if (gone.length > 0) this.#changes.tell(link, [], gone)
    }
  }
}
