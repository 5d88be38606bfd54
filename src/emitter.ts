// eventemitter3 with the five methods that `node:events` asks for, and a word to the owner whenever
// an event gets its first listener or loses its last one.

import { EventEmitter } from 'eventemitter3'
import { hasListeners } from './deliver.js'

type Listener = (...args: never[]) => unknown
type AnyListener = (...args: unknown[]) => void

interface Inside {
  readonly _events: Record<string | symbol, unknown>
}

export abstract class ListeningEmitter extends EventEmitter {
  #maxListeners = 10

  /** An event has got its first listener, or lost its last. */
  protected abstract listeningChanged(event: string | symbol, listening: boolean): void

  override on(event: string | symbol, listener: Listener, context?: unknown): this {
    const before = hasListeners(this, event)
    super.on(event, listener as AnyListener, context)
    if (!before) this.listeningChanged(event, true)
    return this
  }

  override once(event: string | symbol, listener: Listener, context?: unknown): this {
    const before = hasListeners(this, event)
    super.once(event, listener as AnyListener, context)
    if (!before) this.listeningChanged(event, true)
    return this
  }

  override addListener(event: string | symbol, listener: Listener, context?: unknown): this {
    return this.on(event, listener, context)
  }

  override removeListener(event: string | symbol, listener?: Listener, context?: unknown, once?: boolean): this {
    const before = hasListeners(this, event)
    super.removeListener(event, listener as AnyListener, context, once)
    if (before && !hasListeners(this, event)) this.listeningChanged(event, false)
    return this
  }

  override off(event: string | symbol, listener?: Listener, context?: unknown, once?: boolean): this {
    return this.removeListener(event, listener, context, once)
  }

  override removeAllListeners(event?: string | symbol): this {
    const events = event === undefined ? this.eventNames() : this.eventNames().filter((name) => name === event)
    super.removeAllListeners(event)
    for (const name of events) this.listeningChanged(name, false)
    return this
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
    if (Array.isArray(listeners)) events[event] = [listeners.at(-1), ...listeners.slice(0, -1)]
    return this
  }
}
