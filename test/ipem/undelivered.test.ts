import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { type IpemError, type Message, MessageType } from '../../src/index.js'
import { until } from '../integration/puppets.js'
import { type AnyIpem, alone, Family } from './family.js'

const NOBODY = '1-0123456789'

async function nextError(ipem: AnyIpem, action: () => unknown): Promise<IpemError & { undelivered?: Message }> {
  const error = once(ipem, 'error')
  action()
  return (await error)[0]
}

describe('a message for nobody', () => {
  it('is an error event with the message, one for each', async () => {
    await using ipem = await alone()
    const errors: IpemError[] = []
    ipem.on('error', (error) => errors.push(error))
    ipem.sendToChild(NOBODY, 'ev', 'x', 1)
    ipem.sendTo(NOBODY, 'ev', 'x', 1)
    ipem.sendToChild(4_000_000, 'ev')
    ipem.sendTo('4000000', 'ev')
    assert.equal(errors.length, 0, 'not before the call has returned')
    await until('the errors', () => errors.length === 4)
    const facts = errors.map(({ code, pid, event, to }) => ({ code, pid, event, to }))
    const fact = (to: string) => ({ code: 'ERR_IPEM_UNREACHABLE', pid: to, event: 'ev', to })
    assert.deepEqual(facts, [fact(NOBODY), fact(NOBODY), fact('4000000'), fact('4000000')])
    const message = { from: ipem.pid, pids: [ipem.pid], to: NOBODY, route: [], event: 'ev', args: ['x', 1] }
    assert.deepEqual(errors[0]?.undelivered, { ...message, type: MessageType.toChild })
    assert.deepEqual(errors[1]?.undelivered, { ...message, type: MessageType.sendTo })
  })

  it('of this process comes back from the grand master, arguments and all', async () => {
    await using family = await Family.of(1)
    const { gm, first } = family
    const error = await nextError(first, () => first.sendTo(NOBODY, 'ev', 'x', { deep: [1] }))
    assert.equal(error.code, 'ERR_IPEM_UNREACHABLE')
    assert.equal(error.reporter, gm.pid)
    assert.equal(error.to, NOBODY)
    const { undelivered } = error
    assert.deepEqual(undelivered?.args, ['x', { deep: [1] }])
    assert.equal(undelivered?.event, 'ev')
    assert.equal(undelivered?.to, NOBODY)
    assert.equal(undelivered?.from, first.pid)
  })

  it('along a way that is broken is told by whoever stands at the gap', async () => {
    await using family = await Family.of(2)
    const { gm, first, second } = family
    const error = await nextError(first, () => first.sendTo([NOBODY, gm.pid, first.pid], 'ev', 1))
    assert.equal(error.code, 'ERR_IPEM_UNREACHABLE')
    assert.equal(error.reporter, gm.pid)
    assert.deepEqual(error.undelivered?.args, [1])
    // Not over the parent, though that would find it.
    const direct = await nextError(first, () => first.sendTo([second.pid, first.pid], 'ev', 1))
    assert.equal(direct.code, 'ERR_IPEM_UNREACHABLE')
  })

  it('named by an OS pid that is no child never leaves this process', async () => {
    await using family = await Family.of(2)
    const { gm, first, second } = family
    const lost: string[] = []
    gm.on('offline', (pid) => lost.push(pid))
    for (const pid of [4_000_000, '4000000']) {
      const error = await nextError(first, () => first.sendTo(pid, 'ev', 1))
      assert.equal(error.code, 'ERR_IPEM_UNREACHABLE')
      assert.equal(error.reporter, undefined)
      await assert.rejects(first.request(pid, 'ev'), { code: 'ERR_IPEM_UNREACHABLE' })
    }
    await family.settled()
    assert.deepEqual(lost, [])
    assert.deepEqual(
      gm.tree().children.map(({ pid }) => pid),
      [first.pid, second.pid],
    )
  })

  it('is one warning for each code and target where nobody listens to errors, and no crash', async () => {
    await using family = await Family.of(1)
    const { first } = family
    const warnings: (Error & { code?: string })[] = []
    const onWarning = (warning: Error) => warnings.push(warning)
    process.on('warning', onWarning)
    const other = '2-0123456789'
    for (let i = 0; i < 3; i++) {
      first.sendTo(NOBODY, 'ev', i).sendTo(other, 'ev', i).sendToChild(NOBODY, 'ev', i)
      await family.settled()
    }
    await until('the warnings', () => warnings.length >= 2)
    await family.settled()
    process.off('warning', onWarning)
    assert.deepEqual(
      warnings
        .map(({ name, code, message }) => [name, code, [NOBODY, other].find((pid) => message.includes(pid))])
        .sort(),
      [
        ['IpemWarning', 'ERR_IPEM_UNREACHABLE', NOBODY],
        ['IpemWarning', 'ERR_IPEM_UNREACHABLE', other],
      ],
    )
  })

  it('sent before ready is told after it', async () => {
    await using family = await Family.of(0)
    const { gm } = family
    const member = (await Family.of(0)).gm
    await member.close()
    const error = await nextError(gm, () => gm.sendTo(member.pid, 'ev', 1))
    assert.equal(error.code, 'ERR_IPEM_UNREACHABLE')
  })
})

describe('an argument that cannot travel', () => {
  const poison: [path: string, args: unknown[]][] = [
    ['args[0]', [() => {}]],
    ['args[1].a.b[2]', ['fine', { a: { b: [1, 2, Symbol('x')] } }]],
    ['args[0].list[1].fn', [{ list: [{}, { fn() {} }] }]],
    ['args[0]', [Promise.resolve()]],
    ['args[0].weak', [{ weak: new WeakMap() }]],
  ]
  for (const [path, args] of poison) {
    it(`is named by its path at the call: ${path}`, async () => {
      await using family = await Family.of(1)
      const { gm, first } = family
      const got: unknown[] = []
      for (const ipem of [gm, first]) ipem.on('ev', (...given) => got.push(given))
      await family.settled()
      const named = (error: IpemError) => {
        assert.equal(error.code, 'ERR_IPEM_UNSERIALIZABLE')
        assert.equal(error.path, path)
        assert.ok(error.message.includes(path), error.message)
        return true
      }
      const calls: (() => unknown)[] = [
        () => first.bubble('ev', ...args),
        () => first.sendToParents('ev', ...args),
        () => first.sendToGrandMaster('ev', ...args),
        () => first.sendTo(gm.pid, 'ev', ...args),
        () => first.broadcast('ev', ...args),
        () => gm.sendToChilds('ev', ...args),
        () => gm.sendToChild(first.pid, 'ev', ...args),
      ]
      first.sendToParents('ev', 'before')
      for (const call of calls) assert.throws(call, named)
      await assert.rejects(first.request(gm.pid, 'ev', ...args), named)
      first.sendToParents('ev', 'after')
      await family.settled()
      assert.deepEqual(got, [['before'], ['after']])
    })

    it(`is named before ready too: ${path}`, async () => {
      await using family = await Family.of(0)
      const got: unknown[] = []
      family.gm.on('ev', (...given) => got.push(given))
      const member = (await import('../../src/index.js')).createIpem().options(family.options)
      family.members.push(member)
      member.start()
      member.sendToParents('ev', 'before')
      assert.throws(() => member.sendToParents('ev', ...args), { code: 'ERR_IPEM_UNSERIALIZABLE', path })
      await assert.rejects(member.request('parent', 'ev', ...args), { code: 'ERR_IPEM_UNSERIALIZABLE', path })
      member.sendToParents('ev', 'after')
      await until('both', () => got.length === 2)
      assert.deepEqual(got, [['before'], ['after']])
    })
  }

  it('is not one that refers to itself', async () => {
    await using family = await Family.of(1)
    const { gm, first } = family
    const got: Record<string, unknown>[] = []
    gm.on('ev', (value) => got.push(value))
    await family.settled()
    const ring: Record<string, unknown> = { name: 'ring' }
    ring.self = ring
    first.sendToParents('ev', ring)
    await family.settled()
    assert.equal(got[0]?.name, 'ring')
    assert.equal(got[0]?.self, got[0])
  })
})

describe('a message that is too large', () => {
  it('is told at the call, and the next one goes', async () => {
    await using family = await Family.of(1, { limits: { maxPayload: 1000 } })
    const { gm, first } = family
    const got: unknown[] = []
    gm.on('ev', (value) => got.push(value))
    await family.settled()
    assert.throws(() => first.sendToParents('ev', 'x'.repeat(2000)), { code: 'ERR_IPEM_TOO_LARGE', limit: 1000 })
    first.sendToParents('ev', 'small')
    await family.settled()
    assert.deepEqual(got, ['small'])
  })
})
