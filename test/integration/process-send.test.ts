import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import cluster, { type Worker } from 'node:cluster'
import path from 'node:path'
import { afterEach, describe, it, type TestContext } from 'node:test'
import { createIpem } from '../../src/index.js'
import { encodeFrame, FrameKind } from '../../src/wire/frame.js'
import { encodeRefuse, otherVersion } from '../../src/wire/handshake.js'
import { COOKIE, until } from './puppets.js'
import { type AnyIpem, errorsOf, Family, fixture, folderFor, isAlive, offlinesOf, startIpem } from './stage.js'

const together = { concurrency: 3 }
const script = fixture('process-send-child')
const serializations = ['json', 'advanced'] as const

/** The next process that comes online below it. */
function online(ipem: AnyIpem): Promise<string> {
  return new Promise((resolve) => {
    ipem.once('online', function () {
      resolve(this.from)
    })
  })
}

/** A child, what it says to its parent's `message` listeners, and its end after the test. */
function begin(t: TestContext, when: 'at once' | 'later', options: Parameters<typeof fork>[2] = {}) {
  const child = fork(script, [when], options)
  const messages: unknown[] = []
  child.on('message', (message) => void messages.push(message))
  t.after(() => child.kill('SIGKILL'))
  return { child, messages }
}

const adoptions: Record<string, (t: TestContext, options: object) => Promise<[AnyIpem, ReturnType<typeof begin>]>> = {
  'adopted by hand, forked before start()': async (t, options) => {
    const begun = begin(t, 'at once', options)
    const ipem = createIpem().options({ useSocket: false })
    t.after(() => ipem.close())
    ipem.start().adopt(begun.child)
    return [ipem, begun]
  },
  'adopted by itself, forked after start()': async (t, options) => [await startIpem(t), begin(t, 'at once', options)],
}

describe('a child that somebody else forked', () => {
  for (const [how, adopt] of Object.entries(adoptions)) {
    for (const serialization of serializations) {
      it(`is a member, ${how}, ${serialization}; the user's messages stay the user's`, async (t) => {
        const [ipem, { child, messages }] = await adopt(t, { serialization })
        child.send({ user: 1 })
        const pid = await online(ipem)
        assert.deepEqual(
          ipem.tree().children.map(({ pid, osPid, role }) => [pid, osPid, role]),
          [[pid, child.pid, 'adopted']],
        )
        assert.equal(await ipem.request(pid, 'get', 'parentPid'), ipem.pid)
        const backs: unknown[][] = []
        ipem.on('back', (...args) => void backs.push(args))
        const large = Buffer.alloc(1_000_000, 7)
        ipem.sendToChild(child.pid as number, 'ev', 'a', new Map([['b', 1n]]), large)
        child.send({ user: 2 })
        await until('the event and the messages', () => backs.length === 1 && messages.length === 3)
        assert.deepEqual(backs, [['a', new Map([['b', 1n]]), large]])
        assert.deepEqual(
          messages.filter((message) => !('ready' in (message as object))),
          [{ echo: { user: 1 } }, { echo: { user: 2 } }],
        )
      })
    }
  }

  it('keeps order over many events, in both directions', async (t) => {
    const ipem = await startIpem(t)
    const { child, messages } = begin(t, 'at once')
    const pid = await online(ipem)
    const numbers: unknown[] = []
    ipem.on('back', (n) => void numbers.push(n))
    for (let n = 0; n < 10_000; n++) ipem.sendTo(pid, 'ev', n, 'x'.repeat(100))
    ipem.sendTo(pid, 'say', 10_000, 'x'.repeat(100))
    await until('all of it', () => numbers.length === 20_000)
    const once = Array.from({ length: 10_000 }, (_, n) => n)
    assert.deepEqual(numbers, [...once, ...once])
    assert.deepEqual(messages, [{ ready: 'below' }])
    assert.equal(child.connected, true)
  })

  for (const serialization of serializations) {
    it(`gets the user's messages from before its first listener, ${serialization}`, async (t) => {
      const ipem = await startIpem(t)
      const { child, messages } = begin(t, 'later', { serialization })
      for (let n = 0; n < 5; n++) child.send({ n })
      const pid = await online(ipem)
      for (let n = 5; n < 10; n++) child.send({ n })
      await ipem.request(pid, 'get', 'pid')
      assert.deepEqual(messages, [{ ready: 'below' }], 'nobody listens yet')
      ipem.sendTo(pid, 'listen')
      await until('all of them', () => messages.length === 11)
      assert.deepEqual(
        messages.slice(1),
        Array.from({ length: 10 }, (_, n) => ({ echo: { n } })),
      )
    })
  }

  it('is offline when it is killed, and when it is let go of', async (t) => {
    const ipem = await startIpem(t)
    const offlines = offlinesOf(ipem)
    const killed = begin(t, 'at once')
    const pids = [await online(ipem)]
    killed.child.kill('SIGKILL')
    await until('offline', () => offlines.length === 1)
    const { child } = begin(t, 'at once')
    pids.push(await online(ipem))
    child.disconnect()
    await until('offline', () => offlines.length === 2)
    assert.deepEqual(
      offlines,
      pids.map((pid) => [pid, { code: null, signal: null, reason: 'disconnect' }]),
    )
    assert.deepEqual(ipem.tree().children, [])
    // Nothing keeps it alive but the link.
    await until('its end', () => !isAlive(child.pid as number))
  })

  it('leaves when its parent is killed', async (t) => {
    const family = new Family(t, fixture('process-send-parent'), [script])
    await family.until('the child', () => family.said('online').length > 0)
    const osPid = family.said('online')[0]?.[1] as number
    family.top.kill('SIGKILL')
    await family.until('its end', () => !isAlive(osPid))
  })

  it('lives on alone when it is let go of', async (t) => {
    const ipem = await startIpem(t)
    const { child, messages } = begin(t, 'at once')
    const pid = await online(ipem)
    child.send({ stay: true })
    await until('an echo', () => messages.length === 2)
    await ipem.close()
    assert.equal(child.connected, true, 'the channel is the user’s')
    child.send({ still: 'there' })
    await until('another echo', () =>
      messages.some((message) => 'echo' in (message as object) && JSON.stringify(message).includes('still')),
    )
    assert.ok(pid)
  })

  it('is left as it was by an ipem that closes before it is ready, and can be adopted by another', async (t) => {
    const { child } = begin(t, 'later')
    // It asks after the first has gone: whom it has asked it takes for its parent.
    child.kill('SIGSTOP')
    const listeners = () => child.eventNames().map((name) => [name, child.listenerCount(name)])
    const before = listeners()
    const socket = { socketPath: path.join(folderFor(t), 'nobody'), cookie: COOKIE, onlyConnect: true }
    const first = createIpem().options({ socket })
    first.start().adopt(child)
    await first.close()
    assert.deepEqual(listeners(), before)
    child.kill('SIGCONT')
    const second = createIpem().options({ useSocket: false })
    t.after(() => second.close())
    second.start().adopt(child)
    assert.equal(Number.parseInt(await online(second), 10), child.pid)
  })

  it('that never loads ipem is nobody, and hears nothing', async (t) => {
    const ipem = await startIpem(t)
    const child = fork(fixture('process-send-plain'), [], { stdio: 'pipe' })
    t.after(() => child.kill('SIGKILL'))
    const messages: unknown[] = []
    child.on('message', (message) => void messages.push(message))
    child.send({ n: 1 })
    await until('an echo', () => messages.length === 1)
    ipem.broadcast('ev')
    assert.equal(ipem.childsOnline, 0)
    await ipem.close()
    child.send({ n: 2 })
    await until('an echo', () => messages.length === 2)
    assert.deepEqual(messages, [{ echo: { n: 1 } }, { echo: { n: 2 } }])
    child.disconnect()
    await until('its end', () => !isAlive(child.pid as number))
  })

  it('that says what is no frame is cut off, its own messages still come', async (t) => {
    const ipem = await startIpem(t)
    const errors = errorsOf(ipem)
    const child = fork(fixture('process-send-garbage'), [])
    t.after(() => child.kill('SIGKILL'))
    const messages: unknown[] = []
    child.on('message', (message) => void messages.push(message))
    await until('the error and the message', () => errors.length > 0 && messages.length > 0)
    assert.deepEqual([errors.map(({ code }) => code), messages], [['ERR_IPEM_PROTOCOL'], [{ mine: true }]])
  })
})

describe('a cluster worker that somebody else forked', () => {
  const workers: Worker[] = []
  const begin = () => {
    cluster.setupPrimary({ exec: script, args: ['at once'] })
    const worker = cluster.fork()
    workers.push(worker)
    return worker
  }
  afterEach(() => {
    for (const worker of workers.splice(0)) worker.process.kill('SIGKILL')
  })

  it('is adopted by itself, and leaves with worker.disconnect()', async (t) => {
    const ipem = await startIpem(t)
    const offlines = offlinesOf(ipem)
    const worker = begin()
    const pid = await online(ipem)
    assert.deepEqual(
      ipem.tree().children.map(({ pid, role }) => [pid, role]),
      [[pid, 'adopted']],
    )
    assert.equal(await ipem.request(pid, 'get', 'isWorker'), true)
    worker.disconnect()
    await until('its end', () => worker.isDead())
    await until('offline', () => offlines.length === 1)
    assert.deepEqual([worker.process.exitCode, worker.exitedAfterDisconnect], [0, true])
  })

  it('does not keep cluster.disconnect() from ending, beside one of ipem.worker()', async (t) => {
    const ipem = await startIpem(t, { restart: false })
    const worker = begin()
    await online(ipem)
    const child = ipem.worker({ args: ['at once'] })
    await child.online
    await new Promise<void>((resolve) => cluster.disconnect(resolve))
    await until('the end of both', () => worker.isDead() && child.osPid === undefined)
    assert.deepEqual([worker.process.exitCode, child.process.exitCode], [0, 0])
    assert.equal(ipem.childsOnline, 0)
  })
})

describe('a parent of another version', () => {
  it('refuses its child, which says so and goes its own way', async (t) => {
    const { child, messages } = begin(t, 'at once')
    const told = encodeFrame(FrameKind.refuse, encodeRefuse(otherVersion(1)))
    child.once('internalMessage', () => child.send({ cmd: 'NODE_IPEM', frames: told.toString('base64') }))
    await until('the child to have its place', () => messages.length === 2)
    assert.deepEqual(messages, [{ ready: 'alone' }, { error: 'ERR_IPEM_VERSION' }])
  })
})

describe('a parent without ipem', together, () => {
  for (const kind of ['fork', 'cluster']) {
    it(`is left in peace by a child it made by ${kind}, which is its own grand master`, async (t) => {
      const family = new Family(t, fixture('process-send-foreign'), [kind, '1', script, 'at once'])
      await family.until('the child alone', () => family.said('message').length === 2)
      const said = family.said('message').map(([, message]) => message)
      assert.deepEqual(said, [{ ready: 'alone' }, { echo: { hello: 0 } }])
      family.top.kill('SIGHUP')
      await family.until('its end', () => family.said('child').length > 0)
      assert.deepEqual(family.said('child'), [['foreign', 0, null]])
      assert.equal(family.errors, '')
    })
  }

  for (const round of [1, 2, 3]) {
    it(`has four workers that find each other: one grand master, round ${round}`, async (t) => {
      const socket = { socketPath: path.join(folderFor(t), 'bus'), cookie: COOKIE, delayReconnect: 200 }
      const args = [JSON.stringify({ useSocket: true, socket })]
      const family = new Family(t, fixture('process-send-foreign'), [
        'cluster',
        '4',
        fixture('process-send-joiner'),
        ...args,
      ])
      const states = () =>
        new Map(family.said('message').map(([, state]) => [(state as { pid: string }).pid, state])) as Map<
          string,
          { parent: string | null; children: number }
        >
      await family.until('one tree', () => {
        const all = [...states()]
        const masters = all.filter(([, { parent }]) => parent === null)
        return (
          all.length === 4 &&
          masters.length === 1 &&
          masters[0]?.[1].children === 3 &&
          all.every(([pid, { parent }]) => (parent ?? pid) === masters[0]?.[0])
        )
      })
      family.top.kill('SIGHUP')
      await family.until('all disconnected', () => family.said('disconnected').length > 0)
      await family.until('the end of the four', () => family.said('child').length === 4)
      assert.deepEqual(family.said('child'), Array(4).fill(['foreign', 0, null]))
      assert.equal(family.errors, '')
    })
  }
})
