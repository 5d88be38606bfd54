import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MOST_MIB, osPidOf, Pressure, slowReader } from './pressure.js'
import { isAlive } from './stage.js'

const together = { concurrency: 2 }

describe('a slow reader behind a relay', together, () => {
  it('gets 100,000 events of a patient sender in order; the memory of the relay stays bounded', async (t) => {
    const { received, wrong, overflows, waits, grownMiB } = await slowReader(t, 100_000, 1000)
    assert.deepEqual({ received, wrong, overflows }, { received: 100_000, wrong: '', overflows: [] })
    assert.ok(waits > 0, 'the sender had to wait')
    assert.ok(grownMiB < MOST_MIB, `the relay grew by ${grownMiB} MiB`)
  })

  it('slows an impatient sender through the relay, and loses nothing within the limits', async (t) => {
    const pressure = await Pressure.start(t)
    const reader = await pressure.reader(20)
    const before = await pressure.rss()
    // 20 MB wait in the sender itself.
    await pressure.send(reader, 20_000, 1000, false)
    const { received, wrong } = await pressure.received(reader, 20_000)
    assert.deepEqual({ received, wrong }, { received: 20_000, wrong: '' })
    assert.deepEqual((await pressure.count(pressure.sender)).overflows, [])
    const grown = (await pressure.rss()) - before
    assert.ok(grown < MOST_MIB, `the relay grew by ${grown} MiB`)
  })

  it('still counts as one that moves, for everybody on the way, when its full queue takes it longer than stallMs', async (t) => {
    // It takes a kernel's buffer in some 100 ms and a queue of ours in 2 s.
    const limits = { highWaterMark: 2 ** 22, hardLimit: 4.5 * 2 ** 20 }
    const pressure = await Pressure.start(t, { stallMs: 1500, limits })
    const reader = await pressure.reader(500)
    await pressure.send(reader, 11_000, 1000, true)
    const { received, wrong } = await pressure.received(reader, 11_000)
    assert.deepEqual({ received, wrong }, { received: 11_000, wrong: '' })
    assert.deepEqual((await pressure.count(pressure.sender)).overflows, [])
  })
})

describe('a child that is stopped, among three', () => {
  it('holds the others up for no longer than stallMs; what it misses is told to the sender with counts; all flows again', async (t) => {
    // A little more is sent than any queue takes, so that only one that never moves overflows.
    const options = { stallMs: 1000, limits: { hardLimit: 2 ** 24 } }
    const count = 18_500
    const pressure = await Pressure.start(t, options)
    const [a, b, stopped] = [await pressure.reader(), await pressure.reader(), await pressure.reader()]
    const before = await pressure.rss()
    process.kill(osPidOf(stopped), 'SIGSTOP')
    t.after(() => isAlive(osPidOf(stopped)) && process.kill(osPidOf(stopped), 'SIGCONT'))
    // The test itself listens to nothing of it. A patient sender is held up until the relay knows that the child stands.
    await pressure.send('broadcast', count, 1000, true)
    for (const pid of [a, b]) {
      const { received, wrong } = await pressure.received(pid, count)
      assert.deepEqual({ received, wrong }, { received: count, wrong: '' })
    }
    const grown = (await pressure.rss()) - before
    assert.ok(grown < MOST_MIB, `the relay grew by ${grown} MiB`)
    const begun = await pressure.count(pressure.sender)
    assert.deepEqual(begun.overflows, [{ code: 'ERR_IPEM_OVERFLOW', pid: stopped, count: 1, ended: false }])

    process.kill(osPidOf(stopped), 'SIGCONT')
    let told = begun
    while (told.overflows.length < 2) {
      told = await pressure.count(pressure.sender)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const [, end] = told.overflows
    assert.deepEqual({ ...end, count: 0 }, { code: 'ERR_IPEM_OVERFLOW', pid: stopped, count: 0, ended: true })
    const got = await pressure.received(stopped, count - (end?.count ?? 0))
    assert.equal(got.received + (end?.count ?? 0), count, 'each one arrived or was counted')
    assert.equal(got.wrong, '', 'in order up to there')
    assert.ok(got.received > 1000, 'what fitted into the queue has arrived')

    await pressure.send('broadcast', 1000, 1000, true, count)
    for (const pid of [a, b]) assert.equal((await pressure.received(pid, count + 1000)).wrong, '')
    await pressure.received(stopped, got.received + 1000)
    assert.equal((await pressure.count(pressure.sender)).overflows.length, 2)
  })
})
