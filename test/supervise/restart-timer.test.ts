import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RestartPacers, RestartTimer } from '../../src/supervise/restart-timer.js'
import { FakeClock } from './fakes.js'

function setup() {
  const clock = new FakeClock()
  const pacers = new RestartPacers()
  const restarted: number[] = []
  let count = 0
  const timer = () => {
    const number = ++count
    return new RestartTimer(clock, pacers, () => restarted.push(number))
  }
  /** So many that the next has to wait for its turn. */
  const crowd = () => {
    for (let number = 1; number <= 8; number++) timer().start(0, false)
    clock.advance(0)
    assert.deepEqual(restarted.splice(0), [1, 2, 3, 4, 5, 6, 7, 8])
  }
  return { clock, restarted, timer, crowd }
}

describe('the wait for a restart', () => {
  it('is the delay, then the turn', () => {
    const { clock, restarted, timer, crowd } = setup()
    crowd()
    timer().start(100, false)
    clock.advance(100)
    assert.deepEqual(clock.pending, [1567])
    clock.advance(1567)
    assert.deepEqual(restarted, [9])
  })

  it('after health has turns of its own', () => {
    const { clock, restarted, timer, crowd } = setup()
    crowd()
    timer().start(100, true)
    clock.advance(100)
    assert.deepEqual(restarted, [9])
  })

  it('can be cancelled in both halves, and leaves its turn to others', () => {
    const { clock, restarted, timer, crowd } = setup()
    crowd()
    const waiting = timer()
    waiting.start(0, false)
    clock.advance(0)
    const delayed = timer()
    delayed.start(500, false)
    for (const cancelled of [waiting, delayed]) {
      assert.equal(cancelled.pending, true)
      cancelled.cancel()
      assert.equal(cancelled.pending, false)
    }
    assert.deepEqual(clock.pending, [])
    timer().start(0, false)
    clock.advance(1700)
    assert.deepEqual(restarted, [11])
  })

  it('keeps the process alive or not, also in its second half', () => {
    const { clock, timer, crowd } = setup()
    crowd()
    const waiting = timer()
    waiting.setRef(false)
    waiting.start(10, false)
    assert.deepEqual(clock.referenced, [false])
    clock.advance(10)
    assert.deepEqual(clock.referenced, [false])
    waiting.setRef(true)
    assert.deepEqual(clock.referenced, [true])
  })
})
