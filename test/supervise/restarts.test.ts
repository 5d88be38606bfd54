import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
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

  it('of a hundred children that crash at once are few', () => {
    const h = harness()
    const make = () => {
      const process = new FakeProcess(1)
      h.clock.setTimeout(() => process.exit(1), 50)
      return process
    }
    for (let count = 0; count < 100; count++) h.supervisor.start(h.spec({ make }))
    h.clock.advance(30_000)
    assert.ok(h.processes.length <= 140, `${h.processes.length} processes in the first 30 s`)
    h.clock.advance(600_000)
    const before = h.processes.length
    h.clock.advance(30_000)
    assert.ok(h.processes.length - before <= 19, `${h.processes.length - before} later`)
  })

  it('of a hundred healthy children are soon', () => {
    const h = harness()
    for (let count = 0; count < 100; count++) {
      const child = h.supervisor.start(h.spec())
      h.supervisor.markOnline(child, child.process, `p${count}`)
    }
    h.clock.advance(10_000)
    for (const process of h.processes.slice()) process.exit(null, 'SIGKILL')
    h.clock.advance(1000)
    assert.equal(h.processes.length, 108)
    h.clock.advance(5000)
    assert.equal(h.processes.length, 200)
  })

  it('do not take the turn of others when they are cancelled', async () => {
    const h = harness()
    for (let count = 0; count < 10; count++) h.supervisor.start(h.spec())
    for (const process of h.processes.slice()) process.exit(1)
    h.clock.advance(1000)
    assert.equal(h.processes.length, 18, 'the first eight')
    const [ninth, tenth] = h.supervisor.children.slice(-2)
    await ninth?.stop()
    h.clock.advance(3500)
    assert.equal(tenth?.restarts, 1)
    assert.equal(h.processes.length, 19)
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
