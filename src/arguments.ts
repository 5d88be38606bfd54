// Checks of what users pass to the send functions. Pure; a wrong argument throws at the call.

import { inspect } from 'node:util'
import { IpemError } from './errors.js'
import { INTERNAL_PREFIX, MAX_EVENT_BYTES, MAX_HOPS, RESERVED_EVENTS } from './message.js'
import { isPid } from './process-info.js'

/** @throws ERR_IPEM_INVALID_ARG, ERR_IPEM_RESERVED_EVENT */
export function checkEvent(event: unknown): asserts event is string {
  if (typeof event !== 'string' || event === '' || Buffer.byteLength(event) > MAX_EVENT_BYTES) {
    throw invalid('event', `a non-empty string of at most ${MAX_EVENT_BYTES} bytes`, event)
  }
  checkNotReserved(event)
}

/** @throws ERR_IPEM_RESERVED_EVENT */
export function checkNotReserved(event: string): void {
  if (RESERVED_EVENTS.has(event) || event.startsWith(INTERNAL_PREFIX)) {
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

export function invalid(argument: string, expected: string, got: unknown): IpemError {
  return new IpemError('ERR_IPEM_INVALID_ARG', `Expected \`${argument}\` to be ${expected}, got ${show(got)}`, { argument })
}

function show(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 100 })
}
