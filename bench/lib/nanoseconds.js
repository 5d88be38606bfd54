// How long one call takes that is too short to be timed alone.

import { median } from './statistics.js'

const ROUNDS = 5

/** The median of some rounds of `calls` calls, after one that is not counted. */
export function nanosecondsOf(calls, call) {
  const rounds = Array.from({ length: ROUNDS + 1 }, () => {
    const start = performance.now()
    for (let each = 0; each < calls; each++) call()
    return ((performance.now() - start) * 1e6) / calls
  })
  return { ns: median(rounds.slice(1)), called: calls * (ROUNDS + 1) }
}
