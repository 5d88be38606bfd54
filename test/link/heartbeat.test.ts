import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import { Heartbeat } from '../../src/link/heartbeat.js'

const ROUND_MS = 100

/** What was scheduled for after the input of this turn has been done. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

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

  it('asks every round and is content with any answer', async () => {
    for (let round = 0; round < 10; round++) {
      mock.timers.tick(ROUND_MS)
      await turn()
      heartbeat.alive()
    }
    assert.deepEqual(told, Array(10).fill('ping'))
  })

  it('gives up after so many rounds without a sign, once', async () => {
    for (let round = 0; round < 10; round++) {
      mock.timers.tick(ROUND_MS)
      await turn()
    }
    assert.deepEqual(told, ['ping', 'ping', 'ping', 'dead'])
  })

  it('begins anew with each sign', async () => {
    for (let round = 0; round < 12; round++) {
      mock.timers.tick(ROUND_MS)
      await turn()
      if (round % 3 === 2) heartbeat.alive()
    }
    assert.ok(!told.includes('dead'))
  })

  it('lets what has come in meanwhile be read before it gives up', async () => {
    for (let round = 0; round < 4; round++) mock.timers.tick(ROUND_MS)
    heartbeat.alive()
    await turn()
    assert.ok(!told.includes('dead'))
    for (let round = 0; round < 4; round++) {
      mock.timers.tick(ROUND_MS)
      await turn()
    }
    assert.equal(told.at(-1), 'dead')
  })

  it('does not count rounds in which we ourselves do not read', async () => {
    deaf = true
    for (let round = 0; round < 20; round++) {
      mock.timers.tick(ROUND_MS)
      await turn()
    }
    assert.ok(!told.includes('dead'))
    assert.equal(told.length, 20)
  })

  it('tells nothing when it is stopped, also not in the last moment', async () => {
    for (let round = 0; round < 4; round++) mock.timers.tick(ROUND_MS)
    heartbeat.stop()
    await turn()
    mock.timers.tick(10 * ROUND_MS)
    await turn()
    assert.deepEqual(told, ['ping', 'ping', 'ping'])
  })
})
