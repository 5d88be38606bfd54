import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { createIpem, type OfflineInfo } from '../../src/index.js'
import { COOKIE, until } from './puppets.js'
import { forkRemote, Remote, type RemoteFunction, remoteFile } from './remote.js'
import { type AnyIpem, DEADLINE_MS, fixture, folderFor, startIpem } from './stage.js'

/** Keeps every event of these names over there, as [name, from, length of the way, ...arguments]. */
const record: RemoteFunction<void> = (ipem, state, ...names) => {
  state.events = []
  for (const name of names) {
    ipem.on(name as 'any', function (...args) {
      state.events.push([name, this.from, this.pids.length, ...args])
    })
  }
}
const recorded: RemoteFunction<unknown[][]> = (_ipem, state) => state.events.splice(0)

function recordHere(ipem: AnyIpem, ...names: string[]): unknown[][] {
  const events: unknown[][] = []
  for (const name of names) {
    ipem.on(name as 'any', function (...args) {
      events.push([name, this.from, this.pids.length, ...args])
    })
  }
  return events
}

describe('events of ipem itself', { concurrency: 4 }, () => {
  it('online reaches every ancestor, once for each process, parents before children', async (t) => {
    const top = await startIpem(t)
    const events = recordHere(top, 'online')
    const a = await forkRemote(top)
    await a.run(record, 'online')
    const a1 = await a.fork()
    const a11 = await a1.fork()
    await until('three of them', () => events.length === 3)
    assert.deepEqual(events, [
      ['online', a.pid, 2],
      ['online', a1.pid, 3],
      ['online', a11.pid, 4],
    ])
    assert.deepEqual(await a.run(recorded), [
      ['online', a1.pid, 2],
      ['online', a11.pid, 3],
    ])
  })

  it('online and offline reach others where they listen, and only there', async (t) => {
    const top = await startIpem(t)
    const [a, b] = [await forkRemote(top), await forkRemote(top)]
    await b.run(record, 'online', 'offline')
    const a1 = await a.fork()
    const offline = once(top, 'offline')
    a1.kill()
    await offline
    assert.deepEqual(await b.run(recorded), [
      ['online', a1.pid, 4],
      ['offline', a.pid, 3, a1.pid, { code: null, signal: 'SIGKILL', reason: 'exit' }],
    ])
  })

  it('offline comes for each lost process, the deepest first, from whoever saw it', async (t) => {
    const top = await startIpem(t)
    const a = await forkRemote(top)
    const a1 = await a.fork()
    const a2 = await a1.fork()
    const b = await a.fork()
    const events = recordHere(top, 'offline')
    a.kill()
    await until('all four', () => events.length === 4)
    const pids = events.map(([, , , pid]) => pid)
    assert.deepEqual([...pids].sort(), [a, a1, a2, b].map(({ pid }) => pid).sort())
    assert.equal(pids.at(-1), a.pid)
    assert.ok(pids.indexOf(a2.pid) < pids.indexOf(a1.pid))
    for (const [, from, length, pid, info] of events) {
      assert.deepEqual([from, length], [top.pid, 1])
      const { code, signal, reason } = info as OfflineInfo
      assert.deepEqual([code, signal, reason], pid === a.pid ? [null, 'SIGKILL', 'exit'] : [null, null, 'parent'])
    }
  })

  it('offline has the exit code', async (t) => {
    const top = await startIpem(t)
    const child = await forkRemote(top)
    const offline = once(top, 'offline')
    await child.run(() => void setImmediate(() => process.exit(3)))
    assert.deepEqual(await offline, [child.pid, { code: 3, signal: null, reason: 'exit' }])
  })

  it('parent and ready come to each process itself, and to no other', async (t) => {
    const events: unknown[] = []
    const top = createIpem().options({ useSocket: false })
    t.after(() => top.close())
    top
      .on('parent', (pid) => events.push(pid))
      .on('ready', function () {
        events.push([this.pid, this.parentPid, this.isGrandMaster])
      })
    const ready = once(top, 'ready')
    top.start()
    await ready
    const child = top.fork(fixture('events-story'), [], { restart: false })
    const story = await top.request(await child.online, 'story')
    assert.deepEqual(events, [[top.pid, null, true]])
    assert.deepEqual(story, [
      ['parent', top.pid, top.pid, 2],
      ['ready', child.pid, top.pid, false],
    ])
  })

  it('drain comes with ipem as `this` when a slow reader has caught up', async (t) => {
    const top = await startIpem(t, { limits: { highWaterMark: 65_536 }, stallMs: 10_000 })
    const child = await forkRemote(top)
    await child.run((ipem, state) => {
      state.bytes = 0
      ipem.on('chunk', (text) => {
        state.bytes += (text as string).length
      })
    })
    assert.equal(top.writableNeedDrain, false)
    child.kill('SIGSTOP')
    let sent = 0
    await until('the mark', () => {
      top.sendToChilds('chunk', 'x'.repeat(10_000))
      sent += 10_000
      return top.writableNeedDrain
    })
    const drain = new Promise((resolve) => {
      top.once('drain', function () {
        resolve([this === top, top.writableNeedDrain])
      })
    })
    child.kill('SIGCONT')
    assert.deepEqual(await drain, [true, false])
    assert.equal(await child.run((_ipem, state) => state.bytes), sent)
  })
})

describe('a listener', { concurrency: 4 }, () => {
  it('added with once gets one event of many that come', async (t) => {
    const top = await startIpem(t)
    const child = await forkRemote(top)
    let calls = 0
    top.once('x', () => {
      calls++
    })
    const last = once(top, 'last')
    await child.run(
      (ipem) =>
        void ipem.sendToParents('x').sendToParents('x').broadcast('x').sendToGrandMaster('x').sendToParents('last'),
    )
    await last
    assert.equal(calls, 1)
    assert.equal(top.listenerCount('x'), 0)
  })

  it('added in one process gets the answers of all to what it asks next', async (t) => {
    const top = await startIpem(t)
    const children = await Promise.all([1, 2, 3].map(() => forkRemote(top)))
    for (const child of children) {
      await child.run(
        (ipem) =>
          void ipem.on('who is there', (name) => {
            ipem.broadcast(name as string, ipem.pid)
          }),
      )
    }
    for (let i = 0; i < 20; i++) {
      const here: unknown[] = []
      top.on(`here ${i}`, (pid) => here.push(pid))
      top.sendToChilds('who is there', `here ${i}`)
      await until('three answers', () => here.length === 3)
    }
  })

  it('that throws ends its process as any exception does, after the others have run', async (t) => {
    const top = await startIpem(t)
    const called = once(top, 'still called')
    const offline = once(top, 'offline')
    const child = top.fork(fixture('events-crash'), [], { restart: false, stdio: ['ignore', 'ignore', 'pipe'] })
    let errors = ''
    child.process.stderr?.on('data', (data) => {
      errors += data
    })
    const pid = await child.online
    top.sendToChild(pid, 'crash')
    assert.deepEqual(await called, ['crash'])
    assert.deepEqual(await offline, [pid, { code: 1, signal: null, reason: 'exit' }])
    await until('its words', () => errors.includes('thrown in a listener'))
  })

  it('of node:events gets what comes: once, and on until it is left', async (t) => {
    const top = await startIpem(t)
    const child = await forkRemote(top)
    const listening = once(top, 'listening')
    const asked = child.run(async (ipem) => {
      const { on, once } = process.getBuiltinModule('node:events')
      const first = once(ipem, 'tick')
      const events = on(ipem, 'tick')
      ipem.sendToParents('listening')
      const ticks: unknown[] = []
      for await (const [tick] of events) {
        ticks.push(tick)
        if (ticks.length === 3) break
      }
      return [await first, ticks, ipem.listenerCount('tick'), ipem.listenerCount('error')]
    })
    await listening
    for (const tick of [1, 2, 3, 4, 5]) top.sendToChilds('tick', tick)
    assert.deepEqual(await asked, [[1], [1, 2, 3], 0, 0])
  })
})

describe('the snippet of the readme of ipevents', () => {
  it('prints what it did, in today’s spelling', async (t) => {
    const socket = { socketPath: `${folderFor(t)}/bus`, cookie: COOKIE }
    const top = await startIpem(t, { useSocket: true, socket })
    const child = top.fork(fixture('events-snippet'), [JSON.stringify({ socket })], {
      restart: false,
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    let output = ''
    child.process.stdout?.on('data', (data) => {
      output += data
    })
    const pid = await child.online
    const grandchild = await new Remote(top, pid).run(
      (ipem, _, file) => ipem.fork(file, ['{}'], { restart: false }).online,
      remoteFile,
    )
    const offline = once(top, 'offline', { signal: AbortSignal.timeout(DEADLINE_MS) })
    process.kill(Number.parseInt(grandchild, 10))
    await offline
    await until('three lines', () => output.split('\n').length === 4)
    assert.deepEqual(output.trim().split('\n'), [
      `ready ${pid}`,
      `process online ${grandchild} [ '${grandchild}', '${pid}' ]`,
      `process offline ${pid} [ '${pid}' ]`,
    ])
  })
})
