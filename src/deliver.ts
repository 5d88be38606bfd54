// Calls listeners with the message as `this`, which eventemitter3's own emit cannot.
// Owns nothing: it reads the listeners where eventemitter3 keeps them.

import type { EventEmitter } from 'eventemitter3'
import { kRetire } from './inside.js'

/** A listener as eventemitter3 keeps it. */
export interface Registered {
  readonly fn: (...args: unknown[]) => unknown
  readonly context: unknown
  readonly once: boolean
  /** A `once` listener was called, or is about to be. */
  spent?: boolean
}

/** An emitter that can take out exactly this one: the same function may be there twice, or again. */
export interface Delivering extends EventEmitter {
  [kRetire](event: string | symbol, listener: Registered): void
}

interface Inside {
  readonly _events: Record<string | symbol, Registered | Registered[] | undefined>
}

/** The context of listeners that did not ask for one: what they get is the message. */
export const MESSAGE = Object.freeze({})

/** Whether anybody listens; cheaper than `listenerCount`. */
export function hasListeners(emitter: EventEmitter, event: string | symbol): boolean {
  return (emitter as unknown as Inside)._events[event] !== undefined
}

/** How many there are. */
export function listenersOf(emitter: EventEmitter, event: string | symbol): number {
  const registered = (emitter as unknown as Inside)._events[event]
  if (registered === undefined) return 0
  return Array.isArray(registered) ? registered.length : 1
}

/**
 * Calls every listener of an event. `self` is `this` for those that did not ask for a context of their own.
 * A listener that throws does not keep the others from running; its error is thrown again from
 * `process.nextTick`, where an `uncaughtException` handler sees it. Returns false when nobody listens.
 */
export function deliver(emitter: Delivering, event: string | symbol, self: unknown, args: readonly unknown[]): boolean {
  const registered = (emitter as unknown as Inside)._events[event]
  if (registered === undefined) return false
  if (!Array.isArray(registered)) {
    call(emitter, event, registered, self, args)
    return true
  }
  // Listeners added meanwhile are not called; adding to an array would show them, but not below its length now.
  for (let i = 0, { length } = registered; i < length; i++) {
    call(emitter, event, registered[i] as Registered, self, args)
  }
  return true
}

function call(
  emitter: Delivering,
  event: string | symbol,
  listener: Registered,
  self: unknown,
  args: readonly unknown[],
): void {
  const { fn, context } = listener
  if (listener.once) {
    // A listener before it may have emitted the event anew, and that one has reached it first.
    if (listener.spent) return
    listener.spent = true
    emitter[kRetire](event, listener)
  }
  const receiver = context === MESSAGE ? self : context
  try {
    switch (args.length) {
      case 0:
        fn.call(receiver)
        break
      case 1:
        fn.call(receiver, args[0])
        break
      case 2:
        fn.call(receiver, args[0], args[1])
        break
      default:
        fn.apply(receiver, args as unknown[])
    }
  } catch (error) {
    process.nextTick(rethrow, error)
  }
}

function rethrow(error: unknown): never {
  throw error
}
