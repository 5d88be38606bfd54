// The last thing a process does: everything that its links still hold is written, side by side, in bounded time.

import type { Link } from './link.js'

/** A wait lets the readers run; each is longer than the last, up to a millisecond. */
const FIRST_WAIT_MS = 0.05
const MAX_WAIT_MS = 1

const sleeper = new Int32Array(new SharedArrayBuffer(4))

/** Blocks this process until `step` answers true, or the time has come. */
export function waitAtExit(until: number, step: () => boolean): void {
  for (let waitMs = FIRST_WAIT_MS; !step() && performance.now() < until; waitMs = Math.min(2 * waitMs, MAX_WAIT_MS)) {
    Atomics.wait(sleeper, 0, 0, waitMs)
  }
}

/**
 * In an `exit` handler: writes what all links hold, blocking for at most `deadlineMs`. No link waits for another,
 * so that one stopped reader costs the rest nothing. Returns the number of frames given up.
 */
export function flushAtExit(links: readonly Link[], deadlineMs: number): number {
  const until = performance.now() + deadlineMs
  let open = links
  waitAtExit(until, () => {
    open = open.filter((link) => !link.flushStep(until))
    return open.length === 0
  })
  return links.reduce((sum, link) => sum + link.unsentFrames(), 0)
}
