// Checks of what users pass to the send functions. Pure; a wrong argument throws at the call.

import type { ChildProcess } from 'node:child_process'
import { inspect } from 'node:util'
import { IpemError } from './errors.js'
import { INTERNAL_PREFIX, MAX_EVENT_BYTES, MAX_HOPS, RESERVED_EVENTS } from './message.js'
import { isPid } from './process-info.js'

/** @throws ERR_IPEM_INVALID_ARG, ERR_IPEM_RESERVED_EVENT */
export function checkEvent(event: unknown): asserts event is string {
  if (!isName(event)) throw invalid('event', `a non-empty string of at most ${MAX_EVENT_BYTES} bytes`, event)
  checkNotReserved(event)
}

const MAX_SHOWN = 160

/** Looked at first: names are checked at each send. */
const PREFIX_UNIT = INTERNAL_PREFIX.charCodeAt(0)

/** An event that other processes could send us: one that could not need not be asked for. */
export function canArrive(event: string): boolean {
  return isName(event) && !event.startsWith(INTERNAL_PREFIX)
}

/** Half of a surrogate pair has no bytes of UTF-8: it would arrive as another name. */
function isName(event: unknown): event is string {
  return (
    typeof event === 'string' &&
    event !== '' &&
    Buffer.byteLength(event) <= MAX_EVENT_BYTES &&
    !/\p{Surrogate}/u.test(event)
  )
}

/** @throws ERR_IPEM_INVALID_ARG */
export function checkListener(event: unknown, listener: unknown): void {
  if (typeof event !== 'string' && typeof event !== 'symbol') throw invalid('event', 'a string or a symbol', event)
  if (typeof listener !== 'function') throw invalid('listener', 'a function', listener)
}

/** @throws ERR_IPEM_RESERVED_EVENT */
export function checkNotReserved(event: string): void {
  if (RESERVED_EVENTS.has(event) || (event.charCodeAt(0) === PREFIX_UNIT && event.startsWith(INTERNAL_PREFIX))) {
    throw new IpemError('ERR_IPEM_RESERVED_EVENT', `The event '${event}' is ipem's own and cannot be sent`, { event })
  }
}

/**
 * A way back, as `this.pids` gives it.
 * @throws ERR_IPEM_INVALID_ROUTE
 */
export function checkRoute(pids: readonly unknown[], self: string): asserts pids is readonly string[] {
  const expected =
    pids.length === 0 || pids.length > MAX_HOPS
      ? `Expected a route of 1 to ${MAX_HOPS} pids, got ${pids.length}`
      : !pids.every(isPid)
        ? `Expected a route to consist of pids, got ${show(pids.find((pid) => !isPid(pid)))}`
        : new Set(pids).size < pids.length
          ? 'Expected a route to name no process twice'
          : pids.at(-1) !== self
            ? `Expected a route to end at this process (${self}), got ${show(pids.at(-1))}`
            : null
  if (expected !== null) throw new IpemError('ERR_IPEM_INVALID_ROUTE', expected, { route: pids })
}

/** @throws ERR_IPEM_INVALID_ARG */
export function checkFork(path: unknown, args: unknown, options: unknown): void {
  if (typeof path === 'string' ? path === '' : !(path instanceof URL))
    throw invalid('path', 'a path or a file: URL', path)
  if (Array.isArray(args)) {
    const wrong = args.findIndex((arg) => typeof arg !== 'string')
    if (wrong >= 0) throw invalid(`args[${wrong}]`, 'a string', args[wrong])
  } else if (typeof args !== 'object' || args === null || options !== undefined) {
    throw invalid('args', `an array of strings${options === undefined ? ', or the options' : ''}`, args)
  }
}

/** @throws ERR_IPEM_INVALID_ARG */
export function checkChannel(child: unknown): asserts child is ChildProcess {
  const { send, connected, on } = (child ?? {}) as Partial<ChildProcess>
  if (typeof send === 'function' && typeof connected === 'boolean' && typeof on === 'function') return
  throw invalid('child', 'a ChildProcess with an IPC channel', child)
}

/** @throws ERR_IPEM_INVALID_ARG */
export function checkTreeOptions(options: unknown): asserts options is { root: 'grandmaster'; timeout?: number } {
  const { root, timeout: _, ...unknown } = { ...(options as { root?: unknown; timeout?: unknown } | null) }
  if (root === 'grandmaster' && Object.keys(unknown).length === 0) return
  throw invalid('options', "{ root: 'grandmaster' }", options)
}

export function invalid(argument: string, expected: string, got: unknown): IpemError {
  return new IpemError('ERR_IPEM_INVALID_ARG', `Expected \`${argument}\` to be ${expected}, got ${show(got)}`, {
    argument,
    value: got,
  })
}

export function show(value: unknown): string {
  const text = inspect(value, {
    depth: 0,
    customInspect: false,
    breakLength: Number.POSITIVE_INFINITY,
    maxStringLength: 100,
  })
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text
}
