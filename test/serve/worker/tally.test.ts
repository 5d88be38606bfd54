import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LONG_MS, Tally } from '../../../src/serve/worker/tally.js'
import { FakeClock } from '../../supervise/fakes.js'

function tally() {
  const clock = new FakeClock()
  const made = { clock, changes: 0, tally: new Tally(() => made.changes++, clock) }
  return made
}

const counts = ({ total, aged }: Tally) => [total, aged]

/** Many connections, one after the other, of so many milliseconds. */
function live(made: ReturnType<typeof tally>, count: number, ms: number): void {
  for (let n = 0; n < count; n++) {
    const close = made.tally.open()
    made.clock.advance(ms)
    close()
  }
}

describe('the connections of a worker', () => {
  it('are counted while they are open, the old ones apart', () => {
    const { clock, tally: counted } = tally()
    const first = counted.open()
    clock.advance(LONG_MS)
    const second = counted.open()
    assert.deepEqual(counts(counted), [2, 1])
    clock.advance(LONG_MS)
    assert.deepEqual(counts(counted), [2, 2])
    first()
    assert.deepEqual(counts(counted), [1, 1])
    second()
    assert.deepEqual(counts(counted), [0, 0])
  })

  it('are not old before their time, and soon after', () => {
    const { clock, tally: counted } = tally()
    clock.advance(30)
    counted.open()
    clock.advance(LONG_MS - 1)
    assert.equal(counted.aged, 0)
    clock.advance(51)
    assert.equal(counted.aged, 1)
  })

  it('that close young were never old', () => {
    const { clock, tally: counted } = tally()
    const close = counted.open()
    clock.advance(LONG_MS - 1)
    close()
    clock.advance(1000)
    assert.deepEqual(counts(counted), [0, 0])
  })

  it('that age or come or go are a change', () => {
    const made = tally()
    const close = made.tally.open()
    assert.equal(made.changes, 1)
    made.clock.advance(LONG_MS)
    const aged = made.changes
    assert.ok(aged > 1)
    close()
    assert.equal(made.changes, aged + 1)
  })

  it('are looked at only while there are young ones, and keep no process alive', () => {
    const { clock, tally: counted } = tally()
    assert.deepEqual(clock.pending, [])
    for (let n = 0; n < 10; n++) counted.open()
    assert.deepEqual(clock.referenced, [false])
    clock.advance(LONG_MS)
    assert.deepEqual(clock.pending, [])
    counted.open()
    assert.equal(clock.pending.length, 1)
  })
})

describe('the share of connections that live long', () => {
  it('is all of them, until something is known', () => assert.equal(tally().tally.longShare, 1))

  it('falls when they are short, and rises when they are long', () => {
    const made = tally()
    live(made, 200, 1)
    assert.ok(made.tally.longShare < 0.01, `${made.tally.longShare}`)
    live(made, 200, LONG_MS * 2)
    assert.ok(made.tally.longShare > 0.99, `${made.tally.longShare}`)
  })

  it('is about what it was of the last ones', () => {
    const made = tally()
    for (let n = 0; n < 200; n++) live(made, 1, n % 4 === 0 ? LONG_MS * 2 : 1)
    assert.ok(made.tally.longShare > 0.15 && made.tally.longShare < 0.35, `${made.tally.longShare}`)
  })

  it('counts a connection once, whether it aged or closed first', () => {
    const made = tally()
    live(made, 1, 1)
    const before = made.tally.longShare
    const close = made.tally.open()
    made.clock.advance(LONG_MS * 2)
    const aged = made.tally.longShare
    close()
    assert.ok(aged > before)
    assert.equal(made.tally.longShare, aged)
  })

  it('counts as long what has lived long when it closes, though nobody has looked yet', () => {
    const made = tally()
    live(made, 1, 1)
    const before = made.tally.longShare
    made.clock.advance(29)
    const close = made.tally.open()
    made.clock.advance(LONG_MS)
    assert.equal(made.tally.aged, 0)
    close()
    assert.ok(made.tally.longShare > before)
  })
})
