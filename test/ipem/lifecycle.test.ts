import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { createIpem, type IpemError, type Message } from '../../src/index.js'
import { until } from '../integration/puppets.js'
import { type AnyIpem, alone, Family, started } from './family.js'

const withCode = (code: string) => (error: unknown) => {
  assert.equal((error as IpemError).code, code)
  assert.equal((error as IpemError).name, 'IpemError')
  return true
}

/** Every function that needs a started ipem, and how it is called. */
const calls: Record<string, (ipem: AnyIpem) => unknown> = {
  bubble: (ipem) => ipem.bubble('ev', 1),
  sendToParents: (ipem) => ipem.sendToParents('ev', 1),
  sendToChilds: (ipem) => ipem.sendToChilds('ev', 1),
  sendToChildren: (ipem) => ipem.sendToChildren('ev', 1),
  sendToSiblings: (ipem) => ipem.sendToSiblings('ev', 1),
  sendToChild: (ipem) => ipem.sendToChild('1-0123456789', 'ev', 1),
  sendToGrandMaster: (ipem) => ipem.sendToGrandMaster('ev', 1),
  sendTo: (ipem) => ipem.sendTo(ipem.pid, 'ev', 1),
  broadcast: (ipem) => ipem.broadcast('ev', 1),
  requestAll: (ipem) => ipem.requestAll('childs', 'ev'),
  fork: (ipem) => ipem.fork('./none.js'),
  worker: (ipem) => ipem.worker(),
  adopt: (ipem) => ipem.adopt(null as never),
  ref: (ipem) => ipem.ref(),
  unref: (ipem) => ipem.unref(),
}
const promises: Record<string, (ipem: AnyIpem) => Promise<unknown>> = {
  request: (ipem) => ipem.request(ipem.pid, 'ev'),
  'tree({ root })': (ipem) => ipem.tree({ root: 'grandmaster' }),
}

describe('before start()', { concurrency: true }, () => {
  for (const [name, call] of Object.entries(calls)) {
    it(`${name} throws ERR_IPEM_NOT_STARTED`, () => {
      assert.throws(() => call(createIpem()), withCode('ERR_IPEM_NOT_STARTED'))
    })
  }
  for (const [name, call] of Object.entries(promises)) {
    it(`${name} rejects with ERR_IPEM_NOT_STARTED`, async () => {
      await assert.rejects(call(createIpem()), withCode('ERR_IPEM_NOT_STARTED'))
    })
  }

  it('events of this process work', () => {
    const ipem = createIpem()
    let got: unknown
    ipem.on('ev', (value) => {
      got = value
    })
    assert.equal(ipem.emit('ev', 1), true)
    assert.equal(got, 1)
    assert.equal(ipem.emit('other'), false)
  })

  it('ipem knows what it can know', async () => {
    const ipem = createIpem()
    assert.equal(ipem.parentPid, null)
    assert.equal(ipem.childsOnline, 0)
    assert.equal(ipem.childrenOnline, 0)
    assert.equal(ipem.isGrandMaster, false)
    assert.equal(ipem.isMaster, true)
    assert.equal(ipem.isWorker, false)
    assert.equal(ipem.message, null)
    assert.equal(ipem.writableNeedDrain, false)
    assert.equal(ipem.address(), null)
    assert.equal(ipem.tree().pid, ipem.pid)
    assert.deepEqual(ipem.tree().children, [])
    await ipem.flush()
  })

  it('close() has nothing to do, and start() may follow', async () => {
    const ipem = createIpem().options({ useSocket: false })
    await ipem.close()
    await started(ipem)
    await ipem.close()
  })

  it('handlers may be added and removed', async () => {
    await using ipem = createIpem().options({ useSocket: false })
    ipem.handle('a', () => 1).handle('b', () => 2)
    assert.equal(ipem.removeHandler('b'), true)
    assert.equal(ipem.removeHandler('b'), false)
    await started(ipem)
    assert.equal(await ipem.request(ipem.pid, 'a'), 1)
    await assert.rejects(ipem.request(ipem.pid, 'b'), withCode('ERR_IPEM_NO_HANDLER'))
  })
})

describe('start()', { concurrency: true }, () => {
  it('and options() throw after it', async () => {
    await using ipem = await alone()
    assert.throws(() => ipem.start(), withCode('ERR_IPEM_ALREADY_STARTED'))
    assert.throws(() => ipem.options({}), withCode('ERR_IPEM_ALREADY_STARTED'))
  })

  it('is followed by parent and ready, never before it has returned', async () => {
    const ipem = createIpem().options({ useSocket: false })
    const events: unknown[] = []
    ipem.on('parent', (pid) => events.push(['parent', pid])).on('ready', () => events.push('ready'))
    assert.equal(ipem.start(), ipem)
    assert.deepEqual(events, [])
    await once(ipem, 'ready')
    assert.deepEqual(events, ['ready'])
    assert.equal(ipem.isGrandMaster, true)
    assert.equal(ipem.parentPid, null)
    await ipem.close()
  })

  it('that throws because of the options can be tried again', async () => {
    const ipem = createIpem().options({ useSocket: false, schemas: { ev: { type: 'no such type' } } })
    assert.throws(() => ipem.start(), withCode('ERR_IPEM_INVALID_OPTION'))
    assert.throws(() => ipem.broadcast('ev'), withCode('ERR_IPEM_NOT_STARTED'))
    await started(ipem.options({ schemas: {} }))
    await ipem.close()
  })

  it('twice in one process makes two processes of a tree', async () => {
    await using family = await Family.of(2)
    assert.deepEqual(
      family.gm.tree().children.map(({ pid }) => pid),
      [family.first.pid, family.second.pid],
    )
    assert.equal(family.first.parentPid, family.gm.pid)
    assert.equal(family.gm.childsOnline, 2)
  })
})

describe('between start() and ready', { concurrency: true }, () => {
  it('messages are held, in order, with the arguments they had', async () => {
    await using family = await Family.of(0)
    const { gm } = family
    const got: unknown[] = []
    gm.on('ev', (value) => got.push(value))
    const member = createIpem().options(family.options)
    family.members.push(member)
    const value = { n: 1 }
    member.start()
    member.sendToParents('ev', value)
    value.n = 2
    member.broadcast('ev', value)
    member.sendTo(gm.pid, 'ev', 3).sendToGrandMaster('ev', 4).bubble('ev', 5)
    member.on('ready', () => member.sendToGrandMaster('ev', 6))
    await until('all of them', () => got.length === 6)
    assert.deepEqual(got, [{ n: 1 }, { n: 2 }, 3, 4, 5, 6])
  })

  it('sendTo to itself is held as well', async () => {
    await using ipem = createIpem().options({ useSocket: false })
    const got: unknown[] = []
    ipem.on('ev', (value) => got.push(value))
    ipem.start()
    ipem.sendTo(ipem.pid, 'ev', 1).sendToGrandMaster('ev', 2)
    assert.deepEqual(got, [])
    await once(ipem, 'ready')
    ipem.sendToGrandMaster('ev', 3)
    assert.deepEqual(got, [1, 2, 3])
  })

  it('more than maxHeldBytes are refused; what was held goes out', async () => {
    await using ipem = createIpem().options({ useSocket: false, limits: { maxHeldBytes: 10_000 } })
    const got: unknown[] = []
    ipem.on('ev', (value) => got.push(value))
    ipem.start()
    ipem.sendToGrandMaster('ev', 'x'.repeat(9_000))
    assert.throws(() => ipem.sendToGrandMaster('ev', 'x'.repeat(9_000)), withCode('ERR_IPEM_OVERFLOW'))
    let held = 0
    assert.throws(() => {
      for (;;) {
        ipem.sendToGrandMaster('ev', held)
        held++
      }
    }, withCode('ERR_IPEM_OVERFLOW'))
    assert.ok(held < 1_000, 'empty messages count too')
    await once(ipem, 'ready')
    ipem.sendToGrandMaster('ev', 'last')
    assert.equal(got.length, held + 2)
    assert.equal(got.at(-1), 'last')
  })

  it('requests wait for their way: to the parent, the grand master, siblings and everyone', async () => {
    await using family = await Family.of(1)
    const { gm, first } = family
    for (const ipem of [gm, first]) ipem.handle('who', () => ipem.pid)
    const member = createIpem().options(family.options)
    family.members.push(member)
    member.start()
    const rows = async (members: 'siblings' | 'everyone' | 'childs') => {
      const pids: string[] = []
      for await (const row of member.requestAll(members, 'who'))
        pids.push(row.error ? String(row.error) : (row.value as string))
      return pids.sort()
    }
    const answers = await Promise.all([
      member.request('parent', 'who'),
      member.request('grandmaster', 'who'),
      member.request(first.pid, 'who'),
      rows('siblings'),
      rows('everyone'),
      rows('childs'),
    ])
    assert.deepEqual(answers, [gm.pid, gm.pid, first.pid, [first.pid], [gm.pid, first.pid].sort(), []])
  })

  it('a request to the parent ends when there turns out to be none', async () => {
    await using ipem = createIpem().options({ useSocket: false })
    ipem.start()
    await assert.rejects(ipem.request('parent', 'who'), withCode('ERR_IPEM_UNREACHABLE'))
    await assert.rejects(ipem.request('parent', 'who'), withCode('ERR_IPEM_UNREACHABLE'))
  })

  it('a request ends by its timeout or signal', async () => {
    const family = new Family()
    const member = createIpem()
      .options(family.options)
      .options({ socket: { onlyConnect: true } })
    await using _ = family
    family.members.push(member)
    member.start()
    for (const target of ['parent', 'grandmaster']) {
      await assert.rejects(member.request(target, 'who', { timeout: 5 }), withCode('ERR_IPEM_TIMEOUT'))
      const controller = new AbortController()
      const asked = member.request(target, 'who', { signal: controller.signal })
      controller.abort()
      await assert.rejects(asked, (error: IpemError) => error.code === 'ERR_IPEM_ABORTED')
    }
  })

  it('flush() waits until what is held has gone', async () => {
    await using family = await Family.of(0)
    const member = createIpem().options(family.options)
    family.members.push(member)
    const got: unknown[] = []
    family.gm.on('ev', (value) => got.push(value))
    member.start()
    member.sendToGrandMaster('ev', 1)
    await member.flush()
    assert.equal(member.parentPid, family.gm.pid)
    await until('the event', () => got.length === 1)
  })

  it('what was sent is told to be lost by a close() that finds nobody', async () => {
    const family = new Family({ flushDeadlineMs: 20 })
    await using _ = family
    const member = createIpem()
      .options(family.options)
      .options({ socket: { onlyConnect: true } })
    const errors: unknown[] = []
    member.on('error', ({ code, event, undelivered }) => errors.push([code, event, (undelivered as Message).args]))
    member.start()
    member.sendToGrandMaster('a', 1).broadcast('b', 2).sendTo('1-0123456789', 'c', 3)
    const asked = assert.rejects(member.request('parent', 'd'), withCode('ERR_IPEM_CLOSED'))
    await member.close()
    await asked
    await until('two errors', () => errors.length === 2)
    assert.deepEqual(errors, [
      ['ERR_IPEM_UNREACHABLE', 'a', [1]],
      ['ERR_IPEM_UNREACHABLE', 'c', [3]],
    ])
  })

  it('what was sent is not lost by close()', async () => {
    await using family = await Family.of(0)
    const got: unknown[] = []
    family.gm.on('ev', (value) => got.push(value))
    const member = createIpem().options(family.options)
    member.on('ready', () => member.broadcast('ev', 'throws'))
    member.start()
    member.sendToGrandMaster('ev', 1)
    await member.close()
    await until('the event', () => got.length === 1)
  })
})

describe('listening', { concurrency: true }, () => {
  it('to something and then asking never misses the answer', async () => {
    await using family = await Family.of(2)
    const { gm, first, second } = family
    gm.handle('go', (name) => void gm.broadcast(name, 'gm'))
    second.handle('go', (name) => void second.broadcast(name, 'second'))
    const got: string[] = []
    for (let i = 0; i < 100; i++) {
      first.once(`answer ${i}`, (who) => got.push(who))
      await first.request(i % 2 ? gm.pid : second.pid, 'go', `answer ${i}`)
    }
    assert.deepEqual(
      got,
      Array.from({ length: 100 }, (_, i) => (i % 2 ? 'gm' : 'second')),
    )
  })

  it('once to an event that came from elsewhere is once', async () => {
    await using family = await Family.of(1)
    const { gm, first } = family
    let calls = 0
    gm.once('ev', () => {
      calls++
    })
    await family.settled()
    first.sendToParents('ev').sendToParents('ev').sendToGrandMaster('ev').broadcast('ev')
    await family.settled()
    assert.equal(calls, 1)
  })

  it('stops with the last listener, and events that nobody listens to do no harm', async () => {
    await using family = await Family.of(1)
    const { gm, first } = family
    const got: unknown[] = []
    const listener = (value: unknown) => got.push(value)
    gm.on('ev', listener)
    await family.settled()
    first.broadcast('ev', 1)
    await family.settled()
    gm.off('ev', listener)
    first.broadcast('ev', 2)
    await family.settled()
    gm.on('ev', listener)
    await family.settled()
    first.broadcast('ev', 3)
    await family.settled()
    assert.deepEqual(got, [1, 3])
  })

  it('to any name of up to 256 bytes works across processes', async () => {
    await using family = await Family.of(2)
    const { first, second } = family
    const names = ['__proto__', 'constructor', 'toString', 'é'.repeat(128), ' ', '\0', '*', 'a:b', '😀'.repeat(64)]
    const got: unknown[] = []
    for (const name of names) first.on(name, (value) => got.push([name, value]))
    await family.settled()
    for (const name of names) second.broadcast(name, 'many').sendTo(first.pid, name, 'one')
    await family.settled()
    assert.deepEqual(
      got,
      names.flatMap((name) => [
        [name, 'many'],
        [name, 'one'],
      ]),
    )
  })

  it('to names that cannot travel stays at home', async () => {
    await using family = await Family.of(2)
    const { gm, first, second } = family
    const names = ['x'.repeat(257), '', '\ud800', 'ipem:x', 'ready', 'drain']
    for (const name of names) first.on(name as 'ev', () => {})
    const offline: string[] = []
    gm.on('offline', (pid) => offline.push(pid))
    let got = 0
    first.on('ev', () => got++)
    await family.settled()
    second.broadcast('ev')
    await family.settled()
    assert.equal(got, 1)
    assert.deepEqual(offline, [])
    for (const name of names) first.removeAllListeners(name as 'ev')
    await family.settled()
  })
})
