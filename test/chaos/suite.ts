// The chaos as a test, for the suites that have less or more time.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { runChaos } from './chaos.js'
import { summaryOf } from './summary.js'

export function chaosTest(seconds: number, leastRounds: number): void {
  it(`a tree that is broken for ${seconds} s by chance accounts for every event`, async (t) => {
    const seed = Math.floor(Math.random() * 2 ** 32)
    t.diagnostic(`again with: npm run test:chaos -- --seed ${seed} --seconds ${seconds}`)
    const result = await runChaos({ seed, seconds })
    for (const line of summaryOf(result).split('\n')) t.diagnostic(line)
    assert.deepEqual(result.faults, [])
    assert.ok(result.rounds >= leastRounds && result.made.size > 3 && result.single.arrived > 1000, summaryOf(result))
  })
}
