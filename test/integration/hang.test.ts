import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { OfflineInfo } from '../../src/process-info.js'
import { until } from './puppets.js'
import { Family, fixture, isAlive, offlinesOf, startIpem } from './stage.js'

const HANG_MS = 600

describe('with hangTimeout', { concurrency: 2 }, () => {
  it('a child that blocks its event loop for longer is killed, also one that started late', async (t) => {
    const ipem = await startIpem(t, { restart: false, hangTimeout: HANG_MS })
    const pid = await ipem.fork(fixture('hang-late')).online
    const offline = once(ipem, 'offline', { signal: AbortSignal.timeout(20_000) })
    ipem.sendTo(pid, 'block')
    const [lost, info] = (await offline) as [string, OfflineInfo]
    assert.deepEqual([lost, info.signal], [pid, 'SIGKILL'])
  })

  it('a child is watched by an option of its own, says so, and with restart comes back', async (t) => {
    const ipem = await startIpem(t, { restart: true, delayRestart: 0 })
    const child = ipem.fork(fixture('hang-late'), { hangTimeout: HANG_MS })
    const first = await child.online
    const hangs: number[] = []
    child.on('hang', () => hangs.push(child.restarts))
    ipem.sendTo(first, 'block')
    await until('the next process', () => child.restarts === 1 && child.pid !== first && child.pid !== null, 20_000)
    assert.deepEqual(hangs, [0])
    assert.notEqual(await child.online, first)
  })

  it('a child that is busy with reading and writing all the time is left alone', async (t) => {
    const ipem = await startIpem(t, { restart: false, hangTimeout: HANG_MS })
    const offlines = offlinesOf(ipem)
    const pid = await ipem.fork(fixture('hang-late')).online
    const rounds = await ipem.request<number>(pid, 'work', 4 * HANG_MS)
    assert.ok(rounds > 10, `it did ${rounds} rounds`)
    assert.deepEqual(offlines, [])
  })

  it('a child that has much to do before it comes to our question is left alone', async (t) => {
    // A third of what it has to do, and long enough for a process that does not get its turn on a busy machine.
    const ipem = await startIpem(t, { restart: false, hangTimeout: 1500 })
    const offlines = offlinesOf(ipem)
    const pid = await ipem.fork(fixture('hang-late')).online
    for (let n = 0; n < 4500; n++) ipem.sendTo(pid, 'job', 'x'.repeat(1000))
    assert.equal(await ipem.request(pid, 'done'), 4500)
    assert.deepEqual(offlines, [])
  })

  it('nobody is killed because the parent itself was stopped', async (t) => {
    const options = { hangTimeout: HANG_MS }
    const family = Family.of(t, {
      name: 'top',
      options,
      forks: [{ name: 'a' }, { name: 'b' }],
      workers: [{ name: 'w' }],
    })
    await family.untilReady('top', 'a', 'b', 'w')
    for (let round = 0; round < 3; round++) {
      family.top.kill('SIGSTOP')
      await delay(2 * HANG_MS)
      family.top.kill('SIGCONT')
      await delay(HANG_MS / 2)
    }
    await delay(2 * HANG_MS)
    assert.deepEqual(family.said('child'), [])
    assert.deepEqual([family.osPids.length, family.osPids.filter(isAlive).length], [4, 4])
  })
})
