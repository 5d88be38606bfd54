import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import { StallWatch } from '../../src/link/stall-watch.js'

const STALL_MS = 1000

describe('a stall watch', () => {
  let moved: number
  let stalls: number
  let watch: StallWatch

  beforeEach(() => {
    mock.timers.enable({ apis: ['setInterval'] })
    moved = 0
    stalls = 0
    watch = new StallWatch(STALL_MS, { moved: () => moved, onStall: () => stalls++ })
  })

  afterEach(() => {
    watch.stop()
    mock.timers.reset()
  })

  it('tells once when nothing has moved for the whole time', () => {
    watch.start()
    mock.timers.tick(STALL_MS - 1)
    assert.deepEqual([stalls, watch.stalled], [0, false])
    mock.timers.tick(1)
    assert.deepEqual([stalls, watch.stalled], [1, true])
    mock.timers.tick(10 * STALL_MS)
    assert.equal(stalls, 1)
  })

  it('is content with a byte now and then', () => {
    watch.start()
    for (let i = 0; i < 20; i++) {
      moved++
      mock.timers.tick(STALL_MS / 2)
    }
    assert.equal(stalls, 0)
  })

  it('takes the stall back when something moves, and tells of the next one', () => {
    watch.start()
    mock.timers.tick(STALL_MS)
    moved++
    mock.timers.tick(STALL_MS / 4)
    assert.equal(watch.stalled, false)
    mock.timers.tick(STALL_MS)
    assert.deepEqual([stalls, watch.stalled], [2, true])
  })

  it('waits for a neighbour that gives signs of life, but not for ever', () => {
    watch.start()
    for (let i = 0; i < 4 * 59; i++) {
      mock.timers.tick(STALL_MS / 4)
      watch.heard()
    }
    assert.deepEqual([stalls, watch.stalled], [0, false])
    mock.timers.tick(STALL_MS)
    watch.heard()
    assert.deepEqual([stalls, watch.stalled], [1, true])
    moved++
    mock.timers.tick(STALL_MS / 4)
    assert.equal(watch.stalled, false)
  })

  it('takes the stall back when the neighbour gives a sign of life', () => {
    watch.start()
    mock.timers.tick(STALL_MS)
    watch.heard()
    assert.deepEqual([stalls, watch.stalled], [1, false])
  })

  it('does not look before it is started, nor when it is stopped', () => {
    mock.timers.tick(2 * STALL_MS)
    watch.start()
    mock.timers.tick(STALL_MS / 2)
    watch.stop()
    mock.timers.tick(2 * STALL_MS)
    assert.equal(stalls, 0)
    watch.start()
    mock.timers.tick(STALL_MS)
    assert.equal(stalls, 1)
    watch.stop()
    assert.equal(watch.stalled, false)
  })

  it('counts its looks and not the clock, so that a suspended process has not waited', () => {
    // Real timers: an interval that is late fires once, not as often as it would have.
    mock.timers.reset()
    const start = performance.now()
    watch = new StallWatch(40, { moved: () => moved, onStall: () => stalls++ })
    watch.start()
    while (performance.now() - start < 100);
    return new Promise<void>((resolve) => {
      setImmediate(() => {
        assert.equal(stalls, 0)
        resolve()
      })
    })
  })
})
