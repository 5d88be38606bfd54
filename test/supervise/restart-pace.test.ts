import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PACE_CRASHING, PACE_HEALTHY, RestartPacer } from '../../src/supervise/restart-pace.js'

/** The waits of turns taken at these times. */
const waits = (pacer: RestartPacer, ...times: number[]) => times.map((now) => pacer.take(now))
const together = (count: number, now: number) => Array.from({ length: count }, () => now)

describe('the pace of restarts', () => {
  it('lets a handful go at once, the next ones in their order', () => {
    const pacer = new RestartPacer({ burst: 3, perSecond: 2 })
    assert.deepEqual(waits(pacer, ...together(6, 1000)), [0, 0, 0, 500, 1000, 1500])
  })

  it('gives turns back with time, never more than the burst', () => {
    const pacer = new RestartPacer({ burst: 2, perSecond: 1 })
    assert.deepEqual(waits(pacer, ...together(3, 0)), [0, 0, 1000])
    assert.deepEqual(waits(pacer, 2000, 2000), [0, 1000])
    assert.deepEqual(waits(pacer, ...together(3, 1_000_000)), [0, 0, 1000])
  })

  it('reuses a turn that was given back', () => {
    const pacer = new RestartPacer({ burst: 1, perSecond: 1 })
    assert.deepEqual(waits(pacer, 0, 0), [0, 1000])
    pacer.giveBack()
    assert.deepEqual(waits(pacer, 0, 0), [1000, 2000])
  })

  it('of a hundred healthy children takes seconds, of crashing ones it is three in five seconds', () => {
    assert.equal(waits(new RestartPacer(PACE_HEALTHY), ...together(100, 0)).at(-1), 4600)
    assert.equal(waits(new RestartPacer(PACE_CRASHING), ...together(100, 0)).at(-1), 153_334)
  })
})
