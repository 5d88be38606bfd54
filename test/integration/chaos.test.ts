import assert from 'node:assert/strict'
import { it } from 'node:test'
import { runChaos } from '../chaos/chaos.js'
import { summaryOf } from '../chaos/summary.js'

const SECONDS = 30

it(`a tree that is broken for ${SECONDS} s by chance accounts for every event`, async (t) => {
  const seed = Math.floor(Math.random() * 2 ** 32)
  t.diagnostic(`again with: npm run test:chaos -- --seed ${seed} --seconds ${SECONDS}`)
  const result = await runChaos({ seed, seconds: SECONDS })
  for (const line of summaryOf(result).split('\n')) t.diagnostic(line)
  assert.deepEqual(result.faults, [])
  assert.ok(result.rounds >= 4 && result.made.size > 3 && result.single.arrived > 1000, summaryOf(result))
})
