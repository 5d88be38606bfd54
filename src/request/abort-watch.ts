// One abort listener for each signal, however many requests wait on it.
//
// Programs give one signal ("we are shutting down") to every request. EventTarget keeps its listeners in a list that
// each removal walks: with 10,000 pending on one signal that is 60 µs a request, and from the 11th on a
// MaxListenersExceededWarning. Here both are constant, and the listener goes with the last request.

import { addAbortListener } from 'node:events'

interface Group {
  readonly ids: Set<number>
  readonly listener: Disposable
}

export class AbortWatch {
  readonly #groups = new Map<AbortSignal, Group>()
  readonly #onAbort: (id: number, reason: unknown) => void

  constructor(onAbort: (id: number, reason: unknown) => void) {
    this.#onAbort = onAbort
  }

  /** Signals that are listened to. */
  get size(): number {
    return this.#groups.size
  }

  add(signal: AbortSignal, id: number): void {
    let group = this.#groups.get(signal)
    if (group === undefined) {
      group = { ids: new Set(), listener: addAbortListener(signal, () => this.#abort(signal)) }
      this.#groups.set(signal, group)
    }
    group.ids.add(id)
  }

  remove(signal: AbortSignal, id: number): void {
    const group = this.#groups.get(signal)
    if (group === undefined) return
    group.ids.delete(id)
    if (group.ids.size > 0) return
    this.#groups.delete(signal)
    group.listener[Symbol.dispose]()
  }

  #abort(signal: AbortSignal): void {
    const group = this.#groups.get(signal)
    if (group === undefined) return
    this.#groups.delete(signal)
    group.listener[Symbol.dispose]()
    for (const id of group.ids) this.#onAbort(id, signal.reason)
  }
}
