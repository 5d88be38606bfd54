import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { harness } from './fakes.js'

const exitedError = (fields: object) => ({ name: 'IpemError', code: 'ERR_IPEM_CHILD_EXITED', ...fields })

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
    h.supervisor.markOnline(child, child.process, 'a, too late')
    h.clock.advance(1000)
    assert.equal(child.online, online)
    h.supervisor.markOnline(child, child.process, 'b')
    assert.equal(await online, 'b')
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
    h.clock.advance(1000)
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

  it('and every other end let go of that signal', () => {
    const h = harness()
    const { signal } = new AbortController()
    h.supervisor.start(h.spec({ signal, restart: { mode: 'temporary' } }))
    assert.equal(getEventListeners(signal, 'abort').length, 1)
    h.last.exit(0)
    assert.equal(getEventListeners(signal, 'abort').length, 0)
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
