import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { IpemError } from '../../src/errors.js'
import { FakeProcess, harness } from './fakes.js'

describe('stopAll()', () => {
  it('goes from the last started to the first, one after the other', async () => {
    const h = harness()
    for (let count = 0; count < 3; count++) h.supervisor.start(h.spec())
    const [first, second, third] = h.processes as [FakeProcess, FakeProcess, FakeProcess]
    const stopped = h.supervisor.stopAll()
    assert.deepEqual([first.signals, second.signals, third.signals], [[], [], ['SIGTERM']])
    third.exit(0)
    await turn()
    assert.deepEqual([first.signals, second.signals], [[], ['SIGTERM']])
    h.clock.advance(5000)
    await turn()
    assert.deepEqual([first.signals, second.signals], [['SIGTERM'], ['SIGTERM', 'SIGKILL']])
    first.exit(0)
    await stopped
    assert.equal(h.supervisor.size, 0)
  })

  it('restarts nobody from the call on', async () => {
    const h = harness()
    for (let count = 0; count < 3; count++) h.supervisor.start(h.spec())
    const [waiting, crashing, last] = h.processes as [FakeProcess, FakeProcess, FakeProcess]
    waiting.exit(1)
    const stopped = h.supervisor.stopAll()
    crashing.exit(1)
    h.clock.advance(4000)
    assert.equal(h.processes.length, 3, 'while the last one takes its time')
    last.exit(0)
    await stopped
    h.clock.advance(60_000)
    assert.equal(h.processes.length, 3)
  })

  it('takes those along that are started meanwhile', async () => {
    const h = harness()
    const child = h.supervisor.start(h.spec())
    child.once('exit', () => h.supervisor.start(h.spec()))
    const stopped = h.supervisor.stopAll()
    h.last.exit(0)
    await turn()
    assert.deepEqual(h.last.signals, ['SIGTERM'])
    h.last.exit(0)
    await stopped
  })

  it('kills all that are left at the deadline', async () => {
    const h = harness()
    for (let count = 0; count < 3; count++) h.supervisor.start(h.spec())
    const stopped = h.supervisor.stopAll(2000)
    h.clock.advance(2000)
    await stopped
    assert.deepEqual(
      h.processes.map((process) => process.signals),
      [['SIGKILL'], ['SIGKILL'], ['SIGTERM', 'SIGKILL']],
    )
  })

  it('is done at once without children, and may be repeated', async () => {
    const h = harness()
    await h.supervisor.stopAll()
    h.supervisor.start(h.spec())
    const stopped = Promise.all([h.supervisor.stopAll(), h.supervisor.stopAll(1000), h.supervisor.close()])
    h.last.exit(0)
    await stopped
    assert.throws(() => h.supervisor.start(h.spec()), { code: 'ERR_IPEM_CLOSED' })
  })
})

describe('the process of the supervisor', () => {
  it('is kept alive by children and by pending restarts, unless it says otherwise', () => {
    const h = harness()
    h.supervisor.start(h.spec())
    h.last.exit(1)
    assert.deepEqual(h.clock.referenced, [true])
    h.supervisor.unref()
    assert.deepEqual(h.clock.referenced, [false])
    h.clock.advance(1000)
    assert.equal(h.last.referenced, false, 'a restarted process')
    h.last.exit(1)
    assert.deepEqual(h.clock.referenced, [false], 'a later restart')
    h.supervisor.ref()
    assert.deepEqual(h.clock.referenced, [true])
    h.supervisor.unref()
    h.supervisor.start(h.spec())
    assert.equal(h.last.referenced, false, 'a later child')
  })

  it('lives to see the end of a stop', () => {
    const h = harness()
    h.supervisor.unref()
    const child = h.supervisor.start(h.spec())
    void child.stop()
    assert.equal(h.last.referenced, true)
  })

  it('goes on when a listener throws, and still gets the error', (t) => {
    const h = harness()
    const child = h.supervisor.start(h.spec())
    child.on('exit', () => {
      throw new Error('from a listener')
    })
    const ticks: (() => void)[] = []
    const nextTick = t.mock.method(process, 'nextTick', (callback: () => void) => ticks.push(callback))
    h.last.exit(1)
    nextTick.mock.restore()
    assert.equal(ticks.length, 1)
    assert.throws(() => ticks[0]?.(), { message: 'from a listener' })
    h.clock.advance(1000)
    assert.equal(child.restarts, 1)
  })

  it('notices an exit even if a listener before it throws, as cluster lets those of the user', () => {
    const h = harness()
    const make = () =>
      new FakeProcess(7).on('exit', () => {
        throw new Error('from a listener of cluster')
      })
    const child = h.supervisor.start(h.spec({ make }))
    assert.throws(() => h.last.exit(1), { message: 'from a listener of cluster' })
    h.clock.advance(1000)
    assert.equal(child.restarts, 1)
  })

  it('is told in this order', () => {
    const h = harness()
    const child = h.supervisor.start(h.spec({ restart: { mode: 'transient' } }))
    child.on('exit', () => h.log.push('child exit'))
    h.last.exit(0)
    assert.deepEqual(h.log, ['spawn 1001', 'size 1', 'exit 0', 'child exit', 'size 0'])
  })

  it('has no timers left when all children are gone', async () => {
    const h = harness()
    for (let count = 0; count < 3; count++) {
      const child = h.supervisor.start(h.spec())
      h.supervisor.markOnline(child, child.process, `p${count}`)
      h.supervisor.markOffline(child, child.process, 'end')
    }
    const stopped = h.supervisor.stopAll(9000)
    for (const process of [...h.processes].reverse()) {
      process.exit(0)
      process.socket.destroy()
      await turn()
    }
    await stopped
    assert.deepEqual(h.clock.pending, [])
    const leftover = h.processes.flatMap((process) => process.eventNames())
    assert.deepEqual(leftover, [])
  })

  it('gets errors that say what happened', async () => {
    const h = harness()
    const child = h.supervisor.start(h.spec({ restart: { mode: 'temporary' } }))
    h.last.socket.destroy()
    h.last.exit(1)
    const error = await child.online.then(
      () => assert.fail('online'),
      (error: IpemError) => error,
    )
    assert.equal(error.message, 'The child exited with code 1 before it was online')
    assert.equal('cause' in error, false)
  })
})
