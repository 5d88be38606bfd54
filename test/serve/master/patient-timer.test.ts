import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PatientTimer } from '../../../src/serve/master/patient-timer.js'
import type { Clock } from '../../../src/supervise/clock.js'
import { FakeClock } from '../../supervise/fakes.js'

/** A timer, and a process that can be stopped: time goes by, and what was due comes late. */
function timer(delayMs: number) {
  const fake = new FakeClock()
  let stoppedMs = 0
  const clock: Clock = {
    now: () => fake.now() + stoppedMs,
    setTimeout: (callback, ms) => fake.setTimeout(callback, ms),
    clearTimeout: (timer) => fake.clearTimeout(timer as ReturnType<FakeClock['setTimeout']>),
  }
  const stop = (ms: number) => {
    stoppedMs += ms
  }
  const made = { fake, stop, fired: 0, timer: new PatientTimer(delayMs, () => made.fired++, clock) }
  return made
}

describe('a timeout that is patient', () => {
  it('comes in time, and once', () => {
    const made = timer(10_000)
    made.fake.advance(9999)
    assert.equal(made.fired, 0)
    made.fake.advance(1)
    assert.equal(made.fired, 1)
    made.fake.advance(100_000)
    assert.equal(made.fired, 1)
    assert.deepEqual(made.fake.pending, [])
  })

  it('comes though it is a little late', () => {
    const made = timer(10_000)
    made.stop(1000)
    made.fake.advance(10_000)
    assert.equal(made.fired, 1)
  })

  const rows: [delayMs: number, againMs: number][] = [
    [60_000, 5000],
    [5000, 5000],
    [200, 200],
  ]
  for (const [delayMs, againMs] of rows) {
    it(`of ${delayMs} ms gives ${againMs} ms more, where this process was stopped`, () => {
      const made = timer(delayMs)
      made.stop(1001)
      made.fake.advance(delayMs)
      assert.deepEqual([made.fired, made.fake.pending], [0, [againMs]])
      made.fake.advance(againMs)
      assert.equal(made.fired, 1)
    })
  }

  it('is patient again, where it was stopped again', () => {
    const made = timer(5000)
    for (let n = 0; n < 3; n++) {
      made.stop(60_000)
      made.fake.advance(5000)
      assert.equal(made.fired, 0)
    }
    made.fake.advance(5000)
    assert.equal(made.fired, 1)
  })

  it('never comes once it is cleared', () => {
    const made = timer(5000)
    made.timer.clear()
    made.timer.clear()
    made.fake.advance(100_000)
    assert.deepEqual([made.fired, made.fake.pending], [0, []])
  })

  it('never comes once it is cleared while it gives more time', () => {
    const made = timer(5000)
    made.stop(60_000)
    made.fake.advance(5000)
    made.timer.clear()
    assert.deepEqual(made.fake.pending, [])
    made.fake.advance(5000)
    assert.equal(made.fired, 0)
  })
})
