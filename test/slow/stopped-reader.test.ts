// A process that is stopped while ten million events are sent to it: what it costs the sender, a relay, and the others.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { type Count, osPidOf, Pressure } from '../integration/pressure.js'
import { errorsOf, fixture, isAlive, startIpem } from '../integration/stage.js'

const EVENTS = 10_000_000
const TEXT = 'x'.repeat(100)

/** The hard limit is 64 MiB; besides it may be as much again. */
const MOST_MIB = 128

const rssMiB = (): number => process.memoryUsage.rss() / 2 ** 20

describe('while ten million events are thrown at it, a stopped child', () => {
  it('among eight costs the sender its hard limit, and the others nothing; what it missed is counted', async (t) => {
    const ipem = await startIpem(t, { restart: false })
    const errors = errorsOf(ipem)
    const env = { ...process.env, OPTIONS: '{"restart":false}' }
    const pids = await Promise.all(
      Array.from({ length: 8 }, () => ipem.fork(fixture('backpressure-member'), [], { env }).online),
    )
    const [stopped = '', ...others] = pids
    const countOf = (pid: string): Promise<Count> => ipem.request<Count>(pid, 'count', { timeout: 60_000 })
    await Promise.all(pids.map(countOf))
    process.kill(osPidOf(stopped), 'SIGSTOP')
    t.after(() => isAlive(osPidOf(stopped)) && process.kill(osPidOf(stopped), 'SIGCONT'))
    const before = rssMiB()
    let most = 0
    let slowest = 0
    let asked = 0
    for (let n = 0; n < EVENTS; n++) {
      ipem.sendToChild(stopped, 'ev', n, TEXT)
      if (n % 100 === 0) for (const pid of others) ipem.sendToChild(pid, 'ev', n / 100, TEXT)
      if (n % 2000 === 0) await turn()
      if (n % 100_000 !== 0) continue
      most = Math.max(most, rssMiB() - before)
      const at = performance.now()
      await countOf(others[asked++ % others.length] as string)
      slowest = Math.max(slowest, performance.now() - at)
    }
    t.diagnostic(`grown by ${most.toFixed(0)} MiB, the slowest answer of another took ${slowest.toFixed(0)} ms`)
    assert.ok(most < MOST_MIB, `the sender grew by ${most} MiB`)
    assert.ok(slowest < 5000, `another answered after ${slowest} ms`)
    for (const pid of others) {
      const { received, wrong } = await countOf(pid)
      assert.deepEqual({ received, wrong }, { received: EVENTS / 100, wrong: '' })
    }
    assert.deepEqual(
      errors.map(({ code, pid, count, ended }) => ({ code, pid, count, ended })),
      [{ code: 'ERR_IPEM_OVERFLOW', pid: stopped, count: 1, ended: false }],
    )
    process.kill(osPidOf(stopped), 'SIGCONT')
    const { received, wrong } = await countOf(stopped)
    const missed = errors[1]
    assert.deepEqual([missed?.code, missed?.ended], ['ERR_IPEM_OVERFLOW', true])
    assert.deepEqual([received + Number(missed?.count), wrong], [EVENTS, ''])
    ipem.sendToChild(stopped, 'ev', received, TEXT)
    assert.deepEqual(await countOf(stopped), { received: received + 1, wrong: '', overflows: [] })
  })

  it('behind a relay costs the relay its hard limit, and holds nobody; the sender is told how many', async (t) => {
    const pressure = await Pressure.start(t)
    const [other, stopped] = [await pressure.reader(), await pressure.reader()]
    const before = await pressure.rss()
    process.kill(osPidOf(stopped), 'SIGSTOP')
    t.after(() => isAlive(osPidOf(stopped)) && process.kill(osPidOf(stopped), 'SIGCONT'))
    await pressure.send(stopped, EVENTS, 100, true)
    await pressure.send(other, 1000, 100, true)
    assert.equal((await pressure.received(other, 1000)).wrong, '')
    const grown = (await pressure.rss()) - before
    t.diagnostic(`the relay grew by ${grown.toFixed(0)} MiB`)
    assert.ok(grown < MOST_MIB, `the relay grew by ${grown} MiB`)
    process.kill(osPidOf(stopped), 'SIGCONT')
    const { received, wrong } = await pressure.count(stopped)
    const { overflows } = await pressure.count(pressure.sender)
    const [begin, end] = overflows
    assert.deepEqual(begin, { code: 'ERR_IPEM_OVERFLOW', pid: stopped, count: 1, ended: false })
    assert.deepEqual([overflows.length, end?.ended, received + Number(end?.count), wrong], [2, true, EVENTS, ''])
    await pressure.send(stopped, 1000, 100, true, received)
    assert.equal((await pressure.received(stopped, received + 1000)).wrong, '')
  })
})
