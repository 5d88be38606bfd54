import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import { Heartbeat } from '../../src/link/heartbeat.js'

const ROUND_MS = 100

describe('a heartbeat', () => {
  let told: string[]
  let deaf: boolean
  let heartbeat: Heartbeat

  beforeEach(() => {
    mock.timers.enable({ apis: ['setInterval'] })
    told = []
    deaf = false
    heartbeat = new Heartbeat(ROUND_MS, 3, {
      ping: () => told.push('ping'),
      deaf: () => deaf,
      dead: () => told.push('dead'),
    })
  })

  afterEach(() => {
    heartbeat.stop()
    mock.timers.reset()
  })

  it('asks every round and is content with any answer', () => {
    for (let round = 0; round < 10; round++) {
      mock.timers.tick(ROUND_MS)
      heartbeat.alive()
    }
    assert.deepEqual(told, Array(10).fill('ping'))
  })

  it('gives up after so many rounds without a sign', () => {
    for (let round = 0; round < 4; round++) {
      mock.timers.tick(ROUND_MS)
    }
    assert.deepEqual(told, ['ping', 'ping', 'ping', 'dead'])
  })

  it('begins anew with each sign', () => {
    for (let round = 0; round < 12; round++) {
      mock.timers.tick(ROUND_MS)
      if (round % 3 === 2) heartbeat.alive()
    }
    assert.ok(!told.includes('dead'))
  })

  it('does not count rounds in which we ourselves do not read', () => {
    deaf = true
    for (let round = 0; round < 20; round++) {
      mock.timers.tick(ROUND_MS)
    }
    assert.ok(!told.includes('dead'))
    assert.equal(told.length, 20)
  })

  it('tells nothing when it is stopped', () => {
    for (let round = 0; round < 3; round++) mock.timers.tick(ROUND_MS)
    heartbeat.stop()
    mock.timers.tick(10 * ROUND_MS)
    assert.deepEqual(told, ['ping', 'ping', 'ping'])
  })

  it('blames nobody for a round that came late, as this process itself was stopped', async () => {
    mock.timers.reset()
    heartbeat.stop()
    let deaths = 0
    const awake = setInterval(() => {}, 1000)
    const pinged = new Promise<void>((resolve) => {
      heartbeat = new Heartbeat(30, 1, { ping: resolve, deaf: () => false, dead: () => deaths++ })
    })
    await pinged
    // The answer is there; it is read when timers have run.
    setImmediate(() => heartbeat.alive())
    for (const end = performance.now() + 100; performance.now() < end; );
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
    clearInterval(awake)
    assert.equal(deaths, 0)
  })
})
