import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Passing, PassQueue, STUCK_MS } from '../../../src/serve/worker/pass-queue.js'
import { FakeClock } from '../../supervise/fakes.js'

class FakePassing implements Passing {
  readonly #taker: boolean
  /** What became of it, in order. */
  readonly story: string[] = []
  done: (error: Error | null) => void = () => assert.fail('It was not sent')

  constructor(taker = true) {
    this.#taker = taker
  }

  send(done: (error: Error | null) => void): boolean {
    this.story.push('sent')
    this.done = done
    return this.#taker
  }

  release(): void {
    this.story.push('released')
  }

  keep(): void {
    this.story.push('kept')
  }
}

function queueWith(...passings: FakePassing[]) {
  const clock = new FakeClock()
  const queue = new PassQueue(clock)
  for (const passing of passings) queue.push(passing)
  return { clock, queue }
}

const three = () => [new FakePassing(), new FakePassing(), new FakePassing()] as const

const stories = (passings: readonly FakePassing[]) => passings.map(({ story }) => story.join(' '))

describe('connections on their way to the master', () => {
  it('go one after the other', () => {
    const all = three()
    const { clock } = queueWith(...all)
    assert.deepEqual(stories(all), ['sent', '', ''])
    all[0].done(null)
    assert.deepEqual(stories(all), ['sent released', 'sent', ''])
    all[1].done(null)
    all[2].done(null)
    assert.deepEqual(stories(all), ['sent released', 'sent released', 'sent released'])
    assert.deepEqual(clock.pending, [])
  })

  it('stay here where they cannot be sent, and the next one goes', () => {
    const all = three()
    queueWith(...all)
    all[0].done(new Error('broken'))
    assert.deepEqual(stories(all), ['sent kept', 'sent', ''])
  })

  it('stay here where there is nobody', () => {
    const all = [new FakePassing(false), new FakePassing(false)]
    const { clock, queue } = queueWith(...all)
    assert.deepEqual(stories(all), ['sent kept', 'sent kept'])
    assert.deepEqual([queue.stuck, clock.pending], [false, []])
  })

  it('stay here once the queue closes, but for the one that is under way', () => {
    const all = three()
    const { queue } = queueWith(...all)
    queue.close()
    queue.close()
    assert.deepEqual(stories(all), ['sent', 'kept', 'kept'])
    all[0].done(null)
    assert.deepEqual(stories(all), ['sent released', 'kept', 'kept'])
  })
})

describe('a master that does not take a connection', () => {
  it('is waited for as long as it may take', () => {
    const all = three()
    const { clock, queue } = queueWith(...all)
    clock.advance(STUCK_MS - 1)
    assert.equal(queue.stuck, false)
    all[0].done(null)
    clock.advance(STUCK_MS - 1)
    assert.deepEqual([queue.stuck, ...stories(all)], [false, 'sent released', 'sent', ''])
  })

  it('gets none of those that wait, and none that come', () => {
    const all = three()
    const { clock, queue } = queueWith(...all)
    clock.advance(STUCK_MS)
    const late = new FakePassing()
    queue.push(late)
    assert.equal(queue.stuck, true)
    assert.deepEqual(stories([...all, late]), ['sent', 'kept', 'kept', 'kept'])
  })

  it('keeps what it was given, and gets more as soon as that is through', () => {
    const all = three()
    const { clock, queue } = queueWith(...all)
    clock.advance(STUCK_MS * 10)
    all[0].done(null)
    assert.equal(queue.stuck, false)
    const next = new FakePassing()
    queue.push(next)
    assert.deepEqual(stories([...all, next]), ['sent released', 'kept', 'kept', 'sent'])
  })

  it('is given up again where it does not take the next one', () => {
    const [first, second, third] = three()
    const { clock, queue } = queueWith(first)
    clock.advance(STUCK_MS)
    first.done(new Error('broken'))
    queue.push(second)
    queue.push(third)
    clock.advance(STUCK_MS)
    assert.deepEqual([queue.stuck, ...stories([first, second, third])], [true, 'sent kept', 'sent', 'kept'])
  })
})
