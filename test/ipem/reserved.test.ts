import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { IpemError } from '../../src/index.js'
import { type AnyIpem, Family } from './family.js'

const names = ['ready', 'online', 'offline', 'parent', 'drain', 'error', 'ipem:x', 'ipem:tree', 'ipem:']

const sends: Record<string, (ipem: AnyIpem, name: string) => unknown> = {
  emit: (ipem, name) => ipem.emit(name),
  bubble: (ipem, name) => ipem.bubble(name),
  sendToParents: (ipem, name) => ipem.sendToParents(name),
  sendToChilds: (ipem, name) => ipem.sendToChilds(name),
  sendToChildren: (ipem, name) => ipem.sendToChildren(name),
  sendToSiblings: (ipem, name) => ipem.sendToSiblings(name),
  sendToChild: (ipem, name) => ipem.sendToChild(ipem.pid, name),
  sendToGrandMaster: (ipem, name) => ipem.sendToGrandMaster(name),
  sendTo: (ipem, name) => ipem.sendTo(ipem.pid, name),
  'sendTo with a route': (ipem, name) => ipem.sendTo(ipem.pids, name),
  broadcast: (ipem, name) => ipem.broadcast(name),
  requestAll: (ipem, name) => ipem.requestAll('everyone', name),
  handle: (ipem, name) => ipem.handle(name, () => {}),
  removeHandler: (ipem, name) => ipem.removeHandler(name),
}

const reserved = (name: string) => (error: IpemError) => {
  assert.equal(error.code, 'ERR_IPEM_RESERVED_EVENT')
  assert.equal(error.event, name)
  return true
}

describe('the events of ipem', () => {
  for (const [method, send] of Object.entries(sends)) {
    it(`cannot be sent by ${method}`, async () => {
      await using family = await Family.of(1)
      const { gm, first } = family
      const got: unknown[] = []
      for (const name of names) {
        for (const ipem of [gm, first]) ipem.on(name as 'ready', () => got.push(name))
        if (method === 'emit' && name === 'error') continue
        assert.throws(() => send(first, name), reserved(name))
      }
      await family.settled()
      assert.deepEqual(got, [])
      assert.equal((await first.tree({ root: 'grandmaster' })).pid, gm.pid)
    })
  }

  it('cannot be asked for by request', async () => {
    await using family = await Family.of(1)
    for (const name of names) await assert.rejects(family.first.request(family.gm.pid, name), reserved(name))
  })

  it('are only those names, not others that begin alike', async () => {
    await using family = await Family.of(1)
    const { gm, first } = family
    const got: unknown[] = []
    for (const name of ['ipem', 'ipemx', 'Ready', 'errors', 'newListener']) {
      gm.on(name, () => got.push(name))
      first.sendTo(gm.pid, name)
    }
    await family.settled()
    assert.deepEqual(got, ['ipem', 'ipemx', 'Ready', 'errors', 'newListener'])
  })
})

describe('the event error', () => {
  it('may be emitted in this process; `this` is ipem', async () => {
    await using family = await Family.of(1)
    const { gm, first } = family
    const got: unknown[] = []
    gm.on('error', () => got.push('gm'))
    first.on('error', function (...args) {
      got.push([this === first, ...args])
    })
    const error = new Error('x')
    assert.equal(first.emit('error', error, 'more'), true)
    await family.settled()
    assert.deepEqual(got, [[true, error, 'more']])
  })

  it('throws its argument where nobody listens', async () => {
    await using family = await Family.of(0)
    const { gm } = family
    const error = new Error('x')
    assert.throws(
      () => gm.emit('error', error),
      (thrown) => thrown === error,
    )
    for (const value of ['x', undefined, null, 1, Symbol('x'), { toString: null }]) {
      assert.throws(
        () => gm.emit('error', value),
        (thrown: Error & { code?: string }) =>
          thrown instanceof Error && /Unhandled error/.test(thrown.message) && !(thrown instanceof TypeError),
      )
    }
  })
})
