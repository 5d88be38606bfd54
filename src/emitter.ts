// eventemitter3 with the five methods that `node:events` asks for, and a word to the owner whenever
// an event gets its first listener or loses its last one.

import { EventEmitter } from 'eventemitter3'
import { checkListener, invalid } from './arguments.js'
import { type Delivering, hasListeners, MESSAGE, type Registered } from './deliver.js'
import { kListeningChanged, kRetire } from './inside.js'

type Listener = (...args: never[]) => unknown
type AnyListener = (...args: unknown[]) => void

interface Inside {
  readonly _events: Record<string | symbol, Registered | Registered[] | undefined>
}

export abstract class ListeningEmitter extends EventEmitter implements Delivering {
  #maxListeners = 10

  /** An event has got its first listener, or lost its last. */
  abstract [kListeningChanged](event: string | symbol, listening: boolean): void

  override on(event: string | symbol, listener: Listener, context?: unknown): this {
    checkListener(event, listener)
    const before = hasListeners(this, event)
    super.on(event, listener as AnyListener, context ?? MESSAGE)
    if (!before) this[kListeningChanged](event, true)
    return this
  }

  override once(event: string | symbol, listener: Listener, context?: unknown): this {
    checkListener(event, listener)
    const before = hasListeners(this, event)
    super.once(event, listener as AnyListener, context ?? MESSAGE)
    if (!before) this[kListeningChanged](event, true)
    return this
  }

  override addListener(event: string | symbol, listener: Listener, context?: unknown): this {
    return this.on(event, listener, context)
  }

  /** As in `node:events` one listener goes at a time, the one added last; `context` and `once` choose among them. */
  override removeListener(event: string | symbol, listener?: Listener, context?: unknown, once?: boolean): this {
    checkListener(event, listener)
    const present = (this as unknown as Inside)._events[event]
    const matches = (each: Registered): boolean =>
      each.fn === listener && (!once || each.once) && (context === undefined || each.context === context)
    const found = Array.isArray(present) ? present.findLast(matches) : present && matches(present) ? present : undefined
    if (found !== undefined) this[kRetire](event, found)
    return this
  }

  override off(event: string | symbol, listener?: Listener, context?: unknown, once?: boolean): this {
    return this.removeListener(event, listener, context, once)
  }

  override removeAllListeners(event?: string | symbol): this {
    const events = event === undefined ? this.eventNames() : hasListeners(this, event) ? [event] : []
    for (const name of events) {
      // Not the base class's own: it takes the empty name for none.
      super.removeListener(name)
      this[kListeningChanged](name, false)
    }
    return this
  }

  [kRetire](event: string | symbol, listener: Registered): void {
    const events = (this as unknown as Inside)._events
    const present = events[event]
    if (present === listener) this.removeAllListeners(event)
    else if (Array.isArray(present)) {
      const others = present.filter((each) => each !== listener)
      events[event] = others.length === 1 ? others[0] : others
    }
  }

  /** As in `node:events`: the listener is called before those already there. */
  prependListener(event: string | symbol, listener: Listener): this {
    this.on(event, listener)
    return this.#lastFirst(event)
  }

  /** As in `node:events`: called once, before those already there. */
  prependOnceListener(event: string | symbol, listener: Listener): this {
    this.once(event, listener)
    return this.#lastFirst(event)
  }

  /** The listeners themselves; eventemitter3 wraps none. */
  rawListeners(event: string | symbol): AnyListener[] {
    return this.listeners(event) as AnyListener[]
  }

  /** Kept for `node:events`; eventemitter3 never warns about many listeners. */
  setMaxListeners(count: number): this {
    if (typeof count !== 'number' || !(count >= 0)) throw invalid('count', 'a number from 0 on', count)
    this.#maxListeners = count
    return this
  }

  getMaxListeners(): number {
    return this.#maxListeners
  }

  #lastFirst(event: string | symbol): this {
    const events = (this as unknown as Inside)._events
    const listeners = events[event]
    // A new array: a delivery that is under way goes on over the old one.
    if (Array.isArray(listeners)) events[event] = [...listeners.slice(-1), ...listeners.slice(0, -1)]
    return this
  }
}
