// What must not grow, however often something is done.

import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'
import { createIpem } from '../../src/index.js'
import { collectGarbage } from '../collect-garbage.js'
import { COOKIE, until } from '../integration/puppets.js'
import { forkRemote } from '../integration/remote.js'
import { type AnyIpem, fixture, folderFor, ready, startIpem } from '../integration/stage.js'

/** What a heap differs by from one look to the next, with nothing done in between. */
const NOISE_BYTES = 3_000_000

/** All that a process holds: handles, listeners, and the heap when it is tidied up. */
async function holdings() {
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    collectGarbage()
  }
  const listeners = process.eventNames().map((name) => process.listenerCount(name))
  return {
    handles: process.getActiveResourcesInfo().filter((name) => name !== 'Timeout' && name !== 'Immediate').length,
    listeners: listeners.reduce((sum, count) => sum + count, 0),
    heapBytes: process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers,
  }
}

/** Once to warm up, then twice as measured: what is done more often must not hold more. */
async function assertNoGrowth(few: () => Promise<void>, many: () => Promise<void>): Promise<string> {
  await few()
  const before = await holdings()
  await many()
  const after = await holdings()
  const grown = after.heapBytes - before.heapBytes
  assert.deepEqual([after.handles, after.listeners], [before.handles, before.listeners], 'handles, listeners')
  assert.ok(grown < NOISE_BYTES, `the heap grew by ${grown} bytes`)
  return `the heap grew by ${Math.round(grown / 1024)} KiB`
}

const times = async (count: number, run: (n: number) => Promise<unknown>): Promise<void> => {
  for (let n = 0; n < count; n++) await run(n)
}

describe('nothing grows', () => {
  it('with 1,000 joins and leaves, at a grand master and at a member', async (t) => {
    const socket = { socketPath: path.join(folderFor(t), 'bus'), cookie: COOKIE, delayReconnect: 100 }
    const options = { useSocket: true, socket, name: 'leaks' }
    const master = await startIpem(t, options)
    const member = await startIpem(t, options)
    master.on('greeting', () => {})
    const visit = async (n: number): Promise<void> => {
      const guest = createIpem().options(options)
      guest.on(`name ${n}`, () => {})
      guest.on('greeting', () => {})
      await ready(guest)
      guest.sendTo(member.pid, `to ${n % 5000}`, n)
      member.broadcast('greeting', n)
      await guest.request(master.pid, 'none').catch(() => {})
      await guest.close()
    }
    const done = await assertNoGrowth(
      // As many as the rings of headers have places: these are filled once.
      () => times(1200, visit),
      () => times(1000, visit),
    )
    await until('nobody else', () => master.tree().children.length === 1)
    t.diagnostic(done)
  })

  it('with 1,000 restarts of a child', async (t) => {
    const ipem = await startIpem(t, { restart: true, delayRestart: 0, healthyAfter: 0 })
    const restarted = (count: number) => async () => {
      const children = Array.from({ length: 4 }, () => ipem.fork(fixture('leaks-short')))
      const restarts = () => children.reduce((sum, child) => sum + child.restarts, 0)
      for (let now = restarts(); now < count; now = restarts()) {
        await until('more restarts', () => restarts() > now, 30_000)
      }
      await Promise.all(children.map((child) => child.stop()))
    }
    t.diagnostic(await assertNoGrowth(restarted(100), restarted(1000)))
  })

  it('with what waits for children that are killed before they read it', async (t) => {
    const ipem = await startIpem(t, { restart: false })
    ipem.on('error', () => {})
    const bytes = Buffer.alloc(100_000)
    const waste = async (): Promise<void> => {
      const child = ipem.fork(fixture('leaks-deaf'))
      const pid = await child.online
      ipem.sendTo(pid, 'sleep')
      for (let n = 0; n < 200; n++) ipem.sendTo(pid, 'much', bytes, n)
      child.process.kill('SIGKILL')
      await until('its end', () => ipem.childsOnline === 0)
    }
    t.diagnostic(
      await assertNoGrowth(
        () => times(3, waste),
        () => times(20, waste),
      ),
    )
  })

  it('with 100,000 aborted requests, at either end', async (t) => {
    const ipem = await startIpem(t)
    const remote = await forkRemote(ipem)
    await remote.run((ipem) => {
      ipem.handle('never', function () {
        return new Promise((_, reject) => this.signal.addEventListener('abort', () => reject(new Error('too late'))))
      })
    })
    // One that lives on must not collect listeners.
    const { signal } = new AbortController()
    const abort = async (): Promise<void> => {
      const controller = new AbortController()
      const asked = Array.from({ length: 100 }, () => ipem.request(remote.pid, 'never', { signal: controller.signal }))
      controller.abort()
      for (const { status } of await Promise.allSettled(asked)) assert.equal(status, 'rejected')
      await ipem.request(remote.pid, 'run', '() => 1', { signal })
    }
    const heapThere = () =>
      remote.run(async () => {
        process.getBuiltinModule('node:v8').setFlagsFromString('--expose-gc')
        const collect = process.getBuiltinModule('node:vm').runInNewContext('gc')
        for (let n = 0; n < 3; n++) {
          await new Promise((resolve) => setTimeout(resolve, 50))
          collect()
        }
        return process.memoryUsage().heapUsed
      })
    await times(50, abort)
    const before = await heapThere()
    const done = await assertNoGrowth(
      async () => {},
      () => times(1000, abort),
    )
    const grownThere = (await heapThere()) - before
    assert.ok(grownThere < NOISE_BYTES, `the heap of the handler grew by ${grownThere} bytes`)
    t.diagnostic(`${done}, at the handler by ${Math.round(grownThere / 1024)} KiB`)
  })

  it('with 10,000,000 events, under names and to targets that change', async (t) => {
    const ipem = await startIpem(t)
    const remote = await forkRemote(ipem)
    await remote.run((ipem, state) => {
      state.heard = 0
      for (let name = 0; name < 3000; name++) ipem.on(`name ${name}`, () => void state.heard++)
    })
    const heard = () => remote.run((_, state) => state.heard as number)
    let sent = await heard()
    const send = (count: number) => async () => {
      for (let n = 0; n < count; n++) {
        // More names than the ring has headers.
        ipem.sendToChild(remote.pid, `name ${(sent + n) % (n % 1000 === 0 ? 3000 : 100)}`, n)
        if (ipem.writableNeedDrain) await drained(ipem)
      }
      sent += count
      assert.equal(await heard(), sent)
    }
    t.diagnostic(await assertNoGrowth(send(500_000), send(10_000_000)))
  })
})

const drained = (ipem: AnyIpem): Promise<void> => new Promise((resolve) => ipem.once('drain', () => resolve()))
