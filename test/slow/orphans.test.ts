// Nobody outlives a parent that was killed, and soon.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Family, isAlive } from '../integration/stage.js'

const KILLS = 20
const MOST_MS = 1000

const spec = {
  name: 'top',
  forks: [
    { name: 'a', forks: [{ name: 'a1', forks: [{ name: 'a11' }] }] },
    { name: 'b', workers: [{ name: 'b1' }] },
  ],
  workers: [{ name: 'w', forks: [{ name: 'w1' }] }],
}
const names = ['top', 'a', 'a1', 'a11', 'b', 'b1', 'w', 'w1']

describe('children that do not heed SIGTERM, below one whose parent is killed', () => {
  for (let round = 1; round <= 5; round++) {
    it(`are gone within a second, too, ${round} of 5`, async (t) => {
      const own = ['SIGTERM'] as const
      const stubborn = [{ name: 'x', own }, { name: 'y', own, forks: [{ name: 'y1', own }] }, { name: 'z' }]
      const family = Family.of(t, { name: 'top', forks: [{ name: 'a', forks: stubborn }] })
      await family.untilReady('top', 'a', 'x', 'y', 'y1', 'z')
      const at = performance.now()
      family.top.kill('SIGKILL')
      await family.untilAllGone()
      const ms = performance.now() - at
      assert.ok(ms <= MOST_MS, `it took ${ms} ms`)
    })
  }
})

describe('a tree whose top is killed', () => {
  for (let round = 1; round <= KILLS; round++) {
    it(`is gone within a second, forks, workers and all below them, ${round} of ${KILLS}`, async (t) => {
      const family = Family.of(t, spec)
      await family.untilReady(...names)
      const at = performance.now()
      family.top.kill('SIGKILL')
      await family.untilAllGone()
      const ms = performance.now() - at
      assert.ok(ms <= MOST_MS, `it took ${ms} ms`)
      assert.deepEqual(family.osPids.filter(isAlive), [])
    })
  }
})
