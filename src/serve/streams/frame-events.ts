// How a framed stream tells what happened: the two kinds of listeners it has, and what a listener may not break.

import type { EventEmitter } from 'eventemitter3'

/** What `addEventListener` and the `on…` attributes get, as in the browser. */
export interface FrameEvent<Target> {
  readonly type: string
  readonly target: Target
  /** Of a `message`: the value. */
  // biome-ignore lint/suspicious/noExplicitAny: what the other side sends is between the two
  readonly data?: any
  /** Of an `error`. */
  readonly error?: unknown
}

export type FrameEventHandler<Target> = (event: FrameEvent<Target>) => unknown

/** A function, or an object that has one. */
export type FrameEventListener<Target> = FrameEventHandler<Target> | { handleEvent(event: FrameEvent<Target>): unknown }

/** The field of an event that has what the listeners of the emitter get as their argument. */
const FIELDS: Readonly<Record<string, string | undefined>> = { message: 'data', error: 'error' }

export function eventOf<Target>(target: Target, type: string, args: readonly unknown[]): FrameEvent<Target> {
  const field = FIELDS[type]
  return { type, target, ...(field === undefined ? {} : { [field]: args[0] }) }
}

/** A listener as eventemitter3 keeps it. */
interface Registered {
  readonly fn: (...args: unknown[]) => unknown
  readonly context: unknown
  readonly once: boolean
}

interface Inside {
  readonly _events: Record<string, Registered | Registered[] | undefined>
}

/**
 * Calls every listener of an event, also when one throws, which eventemitter3's own `emit` does not.
 *
 * @returns false when there is none
 */
export function tell(emitter: EventEmitter, event: string, args: readonly unknown[]): boolean {
  const present = (emitter as unknown as Inside)._events[event]
  if (present === undefined) return false
  // A copy: whoever is added meanwhile is not called.
  for (const { fn, context, once } of Array.isArray(present) ? [...present] : [present]) {
    if (once) emitter.removeListener(event, fn, undefined, true)
    guard(() => fn.apply(context, [...args]))
  }
  return true
}

/** What it throws is thrown again from `process.nextTick`, where an `uncaughtException` handler sees it. */
export function guard(call: () => unknown): void {
  try {
    call()
  } catch (error) {
    process.nextTick(rethrow, error)
  }
}

function rethrow(error: unknown): never {
  throw error
}
