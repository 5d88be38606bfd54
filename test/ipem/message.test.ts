import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { createIpem, IpemError, type Message, MessageType } from '../../src/index.js'
import { alone, Family, uncaught } from './family.js'

const frozen = (message: Message) => [message.pids, message.args, message.route].every((each) => Object.isFrozen(each))

describe('the message', () => {
  it('of a local event has the documented anatomy', () => {
    const ipem = createIpem()
    let message: Message | null = null
    ipem.on('ev', function () {
      message = this
    })
    ipem.emit('ev', 'x', 1)
    assert.deepEqual(message, {
      from: ipem.pid,
      pids: [ipem.pid],
      type: MessageType.local,
      event: 'ev',
      args: ['x', 1],
    })
    assert.ok(Object.isFrozen((message as unknown as Message).pids))
    // A single listener has its arguments to itself.
    const seen: readonly unknown[][] = [[], []]
    for (const each of seen) ipem.on('shared', (...args) => each.push(...args, Object.isFrozen(ipem.message?.args)))
    ipem.emit('shared', 'x')
    assert.deepEqual(seen, [
      ['x', true],
      ['x', true],
    ])
  })

  it('of an event that came has from, pids, to, route, type, event and args', async () => {
    await using family = await Family.of(2)
    const { gm, first, second } = family
    const messages: Message[] = []
    second.on('ev', function () {
      messages.push(this)
    })
    first.on('ev', function () {
      messages.push(this)
    })
    await family.settled()
    first.sendTo(second.pid, 'ev', 'x', 1)
    await family.settled()
    second.sendTo((messages[0] as Message).pids, 'ev')
    gm.sendToChild(second.pid, 'ev', 'y')
    await family.settled()
    first.broadcast('ev')
    first.sendToSiblings('ev')
    await family.settled()
    const way = [first.pid, gm.pid, second.pid]
    assert.deepEqual(
      messages,
      [
        { from: first.pid, pids: way, to: second.pid, route: [], type: 6, event: 'ev', args: ['x', 1] },
        { from: second.pid, pids: [...way].reverse(), to: first.pid, route: [], type: 6, event: 'ev', args: [] },
        { from: gm.pid, pids: [gm.pid, second.pid], to: second.pid, route: [], type: 4, event: 'ev', args: ['y'] },
        { from: first.pid, pids: way, type: 7, event: 'ev', args: [] },
        { from: first.pid, pids: way, type: 3, event: 'ev', args: [] },
      ].sort(
        (a, b) =>
          messages.findIndex(({ type, from }) => type === a.type && from === a.from) -
          messages.findIndex(({ type, from }) => type === b.type && from === b.from),
      ),
    )
    assert.ok(messages.every(frozen))
  })

  it('of bubble is that of a local event here and travelled there', async () => {
    await using family = await Family.of(1)
    const { gm, first } = family
    const messages: Message[] = []
    for (const ipem of [gm, first]) {
      ipem.on('ev', function () {
        messages.push(this)
      })
    }
    await family.settled()
    first.bubble('ev', 1)
    await family.settled()
    assert.deepEqual(messages, [
      { from: first.pid, pids: [first.pid], type: 1, event: 'ev', args: [1] },
      { from: first.pid, pids: [first.pid, gm.pid], type: 1, event: 'ev', args: [1] },
    ])
  })

  it('cannot be changed by a listener for the next one', async () => {
    await using family = await Family.of(1)
    const { gm, first } = family
    const errors = await uncaught(3, () => {
      gm.on('ev', function () {
        ;(this.pids as string[]).push('x')
      })
      gm.on('ev', function () {
        ;(this.args as unknown[]).push('x')
      })
      gm.on('ev', function () {
        ;(this.route as unknown[]).push('x')
      })
      first.sendToGrandMaster('ev')
      first.sendTo(gm.pid, 'ev')
    })
    assert.ok(errors.every((error) => error instanceof TypeError))
  })
})

describe('this', () => {
  it('is ipem for ready and its own error, the message for parent, online and offline', async () => {
    const family = await Family.of(0)
    await using _ = family
    const { gm } = family
    const seen: Record<string, unknown> = {}
    const member = createIpem().options(family.options)
    member
      .on('ready', function () {
        seen.ready = this
      })
      .on('error', function () {
        seen.error = this
      })
      .on('parent', function (pid) {
        seen.parent = [this, pid]
      })
    gm.on('online', function () {
      seen.online = this
    })
    gm.on('offline', function (pid, info) {
      seen.offline = [this, pid, info]
    })
    const online = once(gm, 'online')
    const offline = once(gm, 'offline')
    member.start()
    await online
    member.emit('error', new IpemError('ERR_IPEM_LISTEN', 'x'))
    await member.close()
    await offline
    assert.equal(seen.ready, member)
    assert.equal(seen.error, member)
    const { pid } = member
    assert.deepEqual(seen.parent, [
      { from: gm.pid, pids: [gm.pid, pid], type: 0, event: 'parent', args: [gm.pid] },
      gm.pid,
    ])
    assert.deepEqual(seen.online, { from: pid, pids: [pid, gm.pid], type: 1, event: 'online', args: [] })
    const info = { code: null, signal: null, reason: 'closed' }
    assert.deepEqual(seen.offline, [
      { from: gm.pid, pids: [gm.pid], type: 1, event: 'offline', args: [pid, info] },
      pid,
      info,
    ])
  })

  it('has pid, from and pids of this process where it is ipem', async () => {
    await using ipem = await alone()
    assert.equal(ipem.from, ipem.pid)
    assert.deepEqual(ipem.pids, [ipem.pid])
    assert.ok(Object.isFrozen(ipem.pids))
    assert.match(ipem.pid, new RegExp(`^${process.pid}-[0-9A-Za-z]{10}$`))
  })
})

describe('ipem.message', () => {
  it('is the message while its listeners run and null outside', () => {
    const ipem = createIpem()
    assert.equal(ipem.message, null)
    let inside: Message | null = null
    ipem.on('ev', () => {
      inside = ipem.message
    })
    ipem.emit('ev', 1)
    assert.deepEqual((inside as unknown as Message).args, [1])
    assert.equal(ipem.message, null)
  })

  it('is the outer one again after an event inside of a listener', () => {
    const ipem = createIpem()
    const seen: unknown[] = []
    const see = () => seen.push(ipem.message?.event)
    ipem.on('inner', see)
    ipem.on('outer', () => {
      see()
      ipem.emit('inner')
      see()
    })
    ipem.emit('outer')
    assert.deepEqual(seen, ['outer', 'inner', 'outer'])
    assert.equal(ipem.message, null)
  })

  it('is null again after a listener that threw, also for the code that sees the error', async () => {
    const ipem = createIpem()
    ipem.on('ev', () => {
      throw new Error('x')
    })
    await uncaught(1, () => {
      ipem.emit('ev')
      assert.equal(ipem.message, null)
    })
    assert.equal(ipem.message, null)
  })

  it('is null in whatever a listener leaves for later', async () => {
    const ipem = createIpem()
    let later: unknown = 'not called'
    ipem.on('ev', () => {
      queueMicrotask(() => {
        later = ipem.message
      })
    })
    ipem.emit('ev')
    await Promise.resolve()
    assert.equal(later, null)
  })

  it('is the request in its handler, for arrow functions', async () => {
    await using ipem = await alone()
    ipem.handle('ask', (x) => [x, ipem.message?.from, ipem.message?.event])
    assert.deepEqual(await ipem.request(ipem.pid, 'ask', 1), [1, ipem.pid, 'ask'])
    assert.equal(ipem.message, null)
  })
})
