import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { IpemError } from '../../src/errors.js'
import { FakeProcess, harness } from './fakes.js'

const exitedError = (fields: object) => ({ name: 'IpemError', code: 'ERR_IPEM_CHILD_EXITED', ...fields })

describe('restarts', () => {
  it('come later each time a child crashes', () => {
    const h = harness()
    const child = h.supervisor.start(h.spec())
    for (const delay of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      h.last.exit(1)
      assert.deepEqual(h.clock.pending, [delay])
      h.clock.advance(delay)
    }
    assert.equal(child.restarts, 7)
    assert.equal(h.processes.length, 8)
    assert.equal(child.osPid, 1008)
    assert.equal(h.supervisor.size, 1)
  })

  it('come soon again after the child was healthy', () => {
    const h = harness()
    const child = h.supervisor.start(h.spec())
    h.last.exit(1)
    h.clock.advance(1000)
    h.last.exit(1)
    h.clock.advance(2000)
    h.supervisor.markOnline(child, child.process, 'a')
    h.clock.advance(10_000)
    h.last.exit(1)
    assert.deepEqual(h.clock.pending, [1000])
  })

  it('are not made sooner by a link that was lost long before the crash', () => {
    const h = harness()
    const child = h.supervisor.start(h.spec())
    h.last.exit(1)
    h.clock.advance(1000)
    h.supervisor.markOnline(child, child.process, 'a')
    h.supervisor.markOffline(child, child.process, 'bye')
    h.clock.advance(60_000)
    h.last.exit(1)
    assert.deepEqual(h.clock.pending, [2000])
  })

  it('leave the child in its place, with the new process', () => {
    const h = harness()
    const first = h.supervisor.start(h.spec())
    const second = h.supervisor.start(h.spec())
    h.processes[0]?.exit(1)
    assert.equal(first.osPid, undefined)
    assert.equal(h.supervisor.find(1001), undefined)
    h.clock.advance(1000)
    assert.equal(first.process, h.last.node)
    assert.equal(h.supervisor.find(1003), first)
    assert.deepEqual(h.supervisor.children, [first, second])
  })

  it('end where the intensity is exceeded, and the owner is told', async () => {
    const h = harness()
    const child = h.supervisor.start(h.spec({ restart: { intensity: { restarts: 1, periodMs: 60_000 } } }))
    const online = child.online
    h.last.exit(7)
    h.clock.advance(1000)
    h.last.exit(8)
    h.last.socket.destroy()
    assert.deepEqual(h.log.slice(-3), ['exit 8', 'ERR_IPEM_GAVE_UP', 'size 0'])
    assert.deepEqual(h.clock.pending, [])
    await assert.rejects(online, exitedError({ exitCode: 8, signal: null }))
  })

  it('do not follow the disconnect of a cluster worker', () => {
    const h = harness()
    const spec = h.spec()
    h.supervisor.start({
      ...spec,
      spawn: () => ({ ...spec.spawn(), worker: { exitedAfterDisconnect: true } as never }),
    })
    h.last.socket.destroy()
    h.last.exit(0)
    assert.equal(h.supervisor.size, 0)
    assert.deepEqual(h.clock.pending, [])
  })

  it('of a hundred children that crash at once cost few processes', () => {
    const h = harness()
    for (let count = 0; count < 100; count++) {
      h.supervisor.start(
        h.spec({
          make: () => {
            const process = new FakeProcess(1)
            h.clock.setTimeout(() => process.exit(1), 50)
            return process
          },
        }),
      )
    }
    h.clock.advance(30_000)
    assert.equal(h.processes.length, 500)
    h.clock.advance(3_600_000)
    const before = h.processes.length
    h.clock.advance(30_100)
    assert.equal(h.processes.length - before, 100)
  })
})

describe('a child that does not start', () => {
  const notFound = Object.assign(new Error('spawn ENOENT'), { code: 'ENOENT' })
  const make = () => new FakeProcess(undefined)

  it('is told once and stays down, if the call was wrong', async () => {
    const h = harness()
    const child = h.supervisor.start(h.spec({ make }))
    assert.equal(child.osPid, undefined)
    assert.equal(h.last.socket.destroyed, true)
    h.last.emit('error', notFound)
    assert.deepEqual(h.log, ['size 1', 'ERR_IPEM_SPAWN retry false', 'size 0'])
    await assert.rejects(child.online, exitedError({ exitCode: null, signal: null, cause: notFound }))
    assert.deepEqual(await child.stop(), { code: null, signal: null })
    assert.deepEqual(h.last.signals, [])
  })

  it('is tried again for lack of resources', () => {
    const h = harness()
    h.supervisor.start(h.spec({ make }))
    h.last.emit('error', Object.assign(new Error('spawn EAGAIN'), { code: 'EAGAIN' }))
    assert.deepEqual(h.log.slice(1), ['ERR_IPEM_SPAWN retry true'])
    h.clock.advance(1000)
    assert.equal(h.processes.length, 2)
  })

  it('is tried again if a restart throws', () => {
    const h = harness()
    let throws = false
    const spec = h.spec()
    const child = h.supervisor.start({
      ...spec,
      spawn: () => {
        if (throws) throw notFound
        return spec.spawn()
      },
    })
    throws = true
    h.last.exit(1)
    h.clock.advance(1000)
    assert.deepEqual(h.log.slice(-1), ['ERR_IPEM_SPAWN retry true'])
    throws = false
    h.clock.advance(2000)
    assert.equal(child.osPid, 1002)
  })

  it('has never existed if Node refuses the call', () => {
    const h = harness()
    const refuse = (code: string) => () =>
      h.supervisor.start({
        ...h.spec(),
        spawn() {
          throw Object.assign(new TypeError('no'), { code })
        },
      })
    assert.throws(refuse('ERR_INVALID_ARG_TYPE'), { code: 'ERR_IPEM_INVALID_ARG' })
    assert.throws(refuse('E2BIG'), { code: 'ERR_IPEM_SPAWN' })
    assert.equal(h.supervisor.size, 0)
    assert.deepEqual(h.log, [])
  })

  it('is not signalled by a stop: it has no pid, and 0 is our own group', async () => {
    const h = harness()
    const child = h.supervisor.start(h.spec({ make }))
    const stopped = child.stop()
    h.supervisor.killAll()
    h.last.emit('error', notFound)
    await stopped
    assert.deepEqual(h.last.signals, [])
  })

  it('is not restarted when its script is missing', async () => {
    const h = harness()
    const scriptError = Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' })
    const child = h.supervisor.start(h.spec({ scriptError }))
    h.last.socket.destroy()
    h.last.exit(1)
    assert.deepEqual(h.log.slice(2), ['exit 1', 'ERR_IPEM_SPAWN retry false', 'size 0'])
    await assert.rejects(child.online, exitedError({ exitCode: 1, cause: scriptError }))
  })

  it('is restarted when its script is missing at a restart only', () => {
    const h = harness()
    const child = h.supervisor.start(h.spec({ scriptError: new Error('Cannot find module') }))
    h.supervisor.markOnline(child, child.process, 'a')
    h.last.exit(1)
    h.clock.advance(1000)
    h.last.exit(1)
    assert.equal(h.clock.pending.length, 1)
    assert.equal(h.log.includes('ERR_IPEM_SPAWN retry false'), false)
  })
})

describe('online', () => {
  it('resolves with the pid, and anew after a restart', async () => {
    const h = harness()
    const child = h.supervisor.start(h.spec())
    const first = child.online
    assert.equal(child.pid, null)
    h.supervisor.markOnline(child, child.process, 'a')
    assert.equal(await first, 'a')
    assert.equal(child.pid, 'a')
    assert.equal(child.connected, true)
    h.last.exit(1)
    const second = child.online
    assert.notEqual(second, first)
    assert.equal(child.pid, null)
    assert.equal(child.connected, false)
    h.clock.advance(1000)
    assert.equal(child.online, second)
    h.supervisor.markOnline(child, child.process, 'b')
    assert.equal(await second, 'b')
  })

  it('waits through the restarts of a child that dies before', async () => {
    const h = harness()
    const child = h.supervisor.start(h.spec())
    const online = child.online
    h.last.exit(1)
    h.clock.advance(1000)
    assert.equal(child.online, online)
    h.supervisor.markOnline(child, child.process, 'a')
    assert.equal(await online, 'a')
  })

  it('rejects when the child ends for good before, and nobody has to handle it', async () => {
    const h = harness()
    const child = h.supervisor.start(h.spec({ restart: { mode: 'temporary' } }))
    h.supervisor.start(h.spec({ restart: { mode: 'temporary' } }))
    for (const process of h.processes) {
      process.socket.destroy()
      process.exit(null, 'SIGSEGV')
    }
    await turn()
    await assert.rejects(child.online, exitedError({ exitCode: null, signal: 'SIGSEGV' }))
  })

  it('rejects after the end of a child that was online', async () => {
    const h = harness()
    const child = h.supervisor.start(h.spec({ restart: { mode: 'temporary' } }))
    h.supervisor.markOnline(child, child.process, 'a')
    assert.equal(await child.online, 'a')
    h.last.exit(3)
    await assert.rejects(child.online, exitedError({ exitCode: 3 }))
  })

  it('resolves for a short-lived child whose hello is read after its exit', async () => {
    const h = harness()
    const child = h.supervisor.start(h.spec({ restart: { mode: 'temporary' } }))
    h.last.exit(0)
    h.supervisor.markOnline(child, child.process, 'a')
    h.supervisor.markOffline(child, child.process, 'end')
    h.last.socket.destroy()
    assert.equal(await child.online, 'a')
    assert.equal(child.pid, null)
    assert.deepEqual(h.log.slice(-1), ['offline a 0 end'])
  })

  it('does not wait for ever for the last words of a child', async () => {
    const h = harness()
    const child = h.supervisor.start(h.spec({ restart: { mode: 'temporary' } }))
    h.last.exit(0)
    h.clock.advance(1000)
    await assert.rejects(child.online, exitedError({ exitCode: 0 }))
  })
})

describe('offline', () => {
  function onlineChild() {
    const h = harness()
    const child = h.supervisor.start(h.spec())
    child.on('online', (pid) => h.log.push(`child online ${pid}`))
    child.on('exit', (code, signal) => h.log.push(`child exit ${code ?? signal}`))
    child.on('offline', (pid, { code, signal }) => h.log.push(`child offline ${pid} ${code ?? signal}`))
    h.supervisor.markOnline(child, child.process, 'a')
    h.log.length = 0
    return { h, child }
  }

  it('follows the exit, though the link is gone before it', () => {
    const { h, child } = onlineChild()
    h.supervisor.markOffline(child, child.process, 'end')
    assert.equal(child.connected, false)
    assert.deepEqual(h.log, [])
    h.last.exit(null, 'SIGKILL')
    assert.deepEqual(h.log, ['exit SIGKILL', 'child exit SIGKILL', 'offline a SIGKILL end', 'child offline a SIGKILL'])
  })

  it('follows the exit when the link is gone after it, even after a restart', () => {
    const { h, child } = onlineChild()
    const { process } = child
    h.last.exit(2)
    h.clock.advance(1000)
    h.supervisor.markOnline(child, child.process, 'b')
    h.supervisor.markOffline(child, process, 'end')
    assert.deepEqual(h.log.slice(-2), ['offline a 2 end', 'child offline a 2'])
    assert.equal(child.pid, 'b')
  })

  it('comes without a code when the process lives on', () => {
    const { h, child } = onlineChild()
    h.supervisor.markOffline(child, child.process, 'bye')
    h.clock.advance(500)
    assert.deepEqual(h.log, ['offline a null bye', 'child offline a null'])
    assert.equal(child.osPid, 1001)
  })

  it('comes once, and never without online', () => {
    const { h, child } = onlineChild()
    h.supervisor.markOffline(child, child.process, 'error')
    h.supervisor.markOffline(child, child.process, 'end')
    h.last.exit(1)
    h.clock.advance(1000)
    h.supervisor.markOffline(child, child.process, 'end')
    h.last.exit(1)
    assert.deepEqual(
      h.log.filter((line) => line.startsWith('offline')),
      ['offline a 1 error'],
    )
  })
})

describe('stop()', () => {
  it('sends SIGTERM and resolves with the exit, however often it is called', async () => {
    const h = harness()
    const child = h.supervisor.start(h.spec())
    const stops = [child.stop(), child.stop()]
    assert.deepEqual(h.last.signals, ['SIGTERM'])
    h.last.socket.destroy()
    h.last.exit(0)
    assert.deepEqual(await Promise.all([...stops, child.stop()]), Array(3).fill({ code: 0, signal: null }))
    assert.deepEqual(h.clock.pending, [])
    assert.equal(h.supervisor.size, 0)
  })

  it('sends SIGKILL after the grace', async () => {
    const h = harness()
    const child = h.supervisor.start(h.spec())
    const stopped = child.stop()
    h.clock.advance(4999)
    assert.deepEqual(h.last.signals, ['SIGTERM'])
    h.clock.advance(1)
    assert.deepEqual(h.last.signals, ['SIGTERM', 'SIGKILL'])
    assert.deepEqual(await stopped, { code: null, signal: 'SIGKILL' })
  })

  it('cancels a pending restart', async () => {
    const h = harness()
    const child = h.supervisor.start(h.spec())
    h.last.exit(9)
    h.last.socket.destroy()
    assert.deepEqual(await child.stop(), { code: 9, signal: null })
    assert.deepEqual(h.clock.pending, [])
    assert.equal(h.supervisor.size, 0)
    assert.equal(h.processes.length, 1)
    await assert.rejects(child.online, exitedError({ exitCode: 9 }))
  })

  it('in a listener of `exit` prevents the restart', async () => {
    const h = harness()
    const child = h.supervisor.start(h.spec())
    child.on('exit', () => void child.stop())
    h.last.socket.destroy()
    h.last.exit(1)
    assert.deepEqual(h.clock.pending, [])
    assert.equal(h.processes.length, 1)
    assert.equal(h.supervisor.size, 0)
  })

  it('is what aborting the signal does', async () => {
    const h = harness()
    const controller = new AbortController()
    const child = h.supervisor.start(h.spec({ signal: controller.signal }))
    controller.abort()
    assert.deepEqual(h.last.signals, ['SIGTERM'])
    h.last.exit(null, 'SIGTERM')
    assert.deepEqual(await child.stop(), { code: null, signal: 'SIGTERM' })
    assert.throws(() => h.supervisor.start(h.spec({ signal: controller.signal })), { code: 'ERR_IPEM_ABORTED' })
    assert.equal(h.processes.length, 1)
  })

  it('gives up on a process that we may not kill, with a warning', async () => {
    const h = harness()
    const child = h.supervisor.start(h.spec())
    h.last.killable = false
    const warned = new Promise<Error & { code?: string }>((resolve) => process.once('warning', resolve))
    const stopped = child.stop()
    h.clock.advance(5000)
    assert.deepEqual(await stopped, { code: null, signal: null })
    assert.equal((await warned).code, 'IPEM_CHILD_NOT_KILLED')
    assert.equal(h.supervisor.size, 0)
  })
})

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
