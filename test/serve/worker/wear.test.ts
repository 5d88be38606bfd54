import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Wear, type WearLimits } from '../../../src/serve/worker/wear.js'
import { FakeClock } from '../../supervise/fakes.js'

const MIB = 1024 * 1024
const LONG_MS = 60_000

function wearOf(limits: Partial<WearLimits>, random = 0) {
  const clock = new FakeClock()
  const made = { clock, told: [] as string[], rssMiB: 0, wear: null as unknown as Wear }
  made.wear = new Wear({ maxRequests: 0, maxMemory: 0, ...limits }, (why) => made.told.push(why), {
    clock,
    random: () => random,
    rssBytes: () => made.rssMiB * MIB,
  })
  return made
}

function request(wear: Wear, times: number): void {
  for (let n = 0; n < times; n++) wear.request()
}

describe('a worker that is worn by requests', () => {
  const rows: [maxRequests: number, random: number, count: number][] = [
    [1, 0, 1],
    [100, 0, 100],
    [100, 0.5, 110],
    [100, 0.999, 120],
  ]
  for (const [maxRequests, random, count] of rows) {
    it(`says so at request ${count}, where ${maxRequests} are the limit and the die shows ${random}`, () => {
      const { wear, told } = wearOf({ maxRequests }, random)
      request(wear, count - 1)
      assert.deepEqual(told, [])
      wear.request()
      assert.deepEqual(told, [`${count} requests`])
    })
  }

  it('says so once', () => {
    const { wear, told } = wearOf({ maxRequests: 10 })
    request(wear, 100)
    assert.equal(told.length, 1)
  })

  it('never says so without a limit', () => {
    const { wear, told, clock } = wearOf({})
    request(wear, 1000)
    assert.deepEqual([told, clock.pending], [[], []])
  })

  it('never says so once it is closed', () => {
    const { wear, told } = wearOf({ maxRequests: 10 })
    request(wear, 9)
    wear.close()
    request(wear, 9)
    assert.deepEqual(told, [])
  })
})

describe('a worker that is worn by memory', () => {
  const rows: [random: number, enoughMiB: number, tooMuchMiB: number][] = [
    [0, 100, 101],
    [0.5, 110, 111],
  ]
  for (const [random, enoughMiB, tooMuchMiB] of rows) {
    it(`says so above ${enoughMiB} MiB, where 100 are the limit and the die shows ${random}`, () => {
      const made = wearOf({ maxMemory: 100 }, random)
      made.rssMiB = enoughMiB
      made.clock.advance(LONG_MS)
      assert.deepEqual(made.told, [])
      made.rssMiB = tooMuchMiB
      made.clock.advance(LONG_MS)
      assert.deepEqual(made.told, [`${tooMuchMiB} MiB`])
    })
  }

  it('says so once, and looks no more', () => {
    const made = wearOf({ maxMemory: 1, maxRequests: 1 })
    made.rssMiB = 2
    made.clock.advance(LONG_MS)
    made.wear.request()
    assert.deepEqual([made.told, made.clock.pending], [['2 MiB'], []])
  })

  it('is not kept alive by looking', () => assert.deepEqual(wearOf({ maxMemory: 1 }).clock.referenced, [false]))

  it('never says so once it is closed, and looks no more', () => {
    const made = wearOf({ maxMemory: 1 })
    made.rssMiB = 2
    made.wear.close()
    assert.deepEqual(made.clock.pending, [])
    made.clock.advance(LONG_MS)
    assert.deepEqual(made.told, [])
  })
})
