import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { createIpem, type IpemError } from '../../src/index.js'
import { alone, Family } from './family.js'

const job = {
  type: 'array',
  minItems: 1,
  items: { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } },
}
const wrong = (error: IpemError) => {
  assert.equal(error.code, 'ERR_IPEM_SCHEMA')
  assert.equal(error.event, 'job')
  assert.match(error.message, /^Expected args\[0\]\.id of 'job' to fit its schema: must be integer( \(sent by .*\))?$/)
  return true
}

describe('schemas', () => {
  it('are kept at the call of every send function, and nothing is sent', async () => {
    await using family = await Family.of(2)
    const { gm, first } = family
    const member = await family.join({ schemas: { job } })
    const got: unknown[] = []
    for (const ipem of [gm, first, member]) ipem.on('job', (...args) => got.push(args))
    await family.settled()
    const bad = { id: 'x' }
    assert.throws(() => member.bubble('job', bad), wrong)
    assert.throws(() => member.sendToParents('job', bad), wrong)
    assert.throws(() => member.sendToChilds('job', bad), wrong)
    assert.throws(() => member.sendToSiblings('job', bad), wrong)
    assert.throws(() => member.sendToGrandMaster('job', bad), wrong)
    assert.throws(() => member.sendTo(gm.pid, 'job', bad), wrong)
    assert.throws(() => member.sendToChild(gm.pid, 'job', bad), wrong)
    assert.throws(() => member.broadcast('job', bad), wrong)
    member.broadcast('job', { id: 1 }).sendToParents('other', bad)
    await family.settled()
    assert.deepEqual(got, [[{ id: 1 }], [{ id: 1 }]])
  })

  it('are kept on arrival: an error event, and the listeners are not called', async () => {
    await using family = await Family.of(1)
    const { first } = family
    const member = await family.join({ schemas: { job } })
    const got: unknown[] = []
    member.on('job', (...args) => got.push(args))
    await family.settled()
    const error = once(member, 'error')
    first.broadcast('job', { id: 'x' }).broadcast('job', { id: 2 })
    const [told] = await error
    wrong(told)
    assert.equal(told.pid, first.pid)
    assert.equal(told.path, 'args[0].id')
    await family.settled()
    assert.deepEqual(got, [[{ id: 2 }]])
  })

  it('that refer to themselves refuse what contains itself, here and on arrival', async () => {
    await using family = await Family.of(1)
    const { first } = family
    const endless = { $defs: { node: { type: 'array', items: { $ref: '#/$defs/node' } } }, $ref: '#/$defs/node' }
    const member = await family.join({ schemas: { job: endless } })
    const got: unknown[] = []
    member.on('job', (...args) => got.push(args))
    await family.settled()
    const cycle: unknown[] = []
    cycle.push(cycle)
    assert.throws(() => member.broadcast('job', cycle), { code: 'ERR_IPEM_SCHEMA', path: 'args' })
    const error = once(member, 'error')
    first.broadcast('job', cycle).broadcast('job', [[]])
    const [told] = await error
    assert.deepEqual([told.code, told.pid], ['ERR_IPEM_SCHEMA', first.pid])
    await family.settled()
    assert.deepEqual(got, [[[[]]]])
  })

  it('leave events of this process alone', async () => {
    await using ipem = await alone({ schemas: { job } })
    const got: unknown[] = []
    ipem.on('job', (...args) => got.push(args))
    ipem.emit('job', 'x')
    assert.deepEqual(got, [['x']])
  })

  it('may allow all or nothing, and name what objects have', async () => {
    await using ipem = await alone({ schemas: { all: true, nothing: false, constructor: { maxItems: 0 } } })
    ipem.broadcast('all', 1).broadcast('toString', 1).broadcast('constructor')
    assert.throws(() => ipem.broadcast('nothing'), { code: 'ERR_IPEM_SCHEMA' })
    assert.throws(() => ipem.broadcast('constructor', 1), { code: 'ERR_IPEM_SCHEMA' })
  })

  it('may have the same $id, and refer to it', async () => {
    const schema = {
      $id: 'https://example.com/job',
      type: 'array',
      items: { $ref: '#/$defs/n' },
      $defs: { n: { type: 'number' } },
    }
    await using ipem = await alone({ schemas: { a: schema, b: schema } })
    for (const event of ['a', 'b']) {
      ipem.broadcast(event, 1)
      assert.throws(() => ipem.broadcast(event, 'x'), { code: 'ERR_IPEM_SCHEMA' })
    }
  })

  it('cannot be given for events of ipem itself', () => {
    const ipem = createIpem().options({ useSocket: false, schemas: { online: false } })
    assert.throws(() => ipem.start(), { code: 'ERR_IPEM_INVALID_OPTION', option: 'schemas.online' })
  })

  it('name the place as a path', async () => {
    const item = { type: 'object', additionalProperties: { type: 'array', items: { type: 'null' } } }
    await using ipem = await alone({ schemas: { ev: { items: item } } })
    assert.throws(() => ipem.broadcast('ev', {}, { 'a/b~': [null, 1] }), { path: 'args[1].a/b~[1]' })
  })

  it('that are none are told at start()', () => {
    for (const schema of [{ type: 'text' }, { $ref: '#/none' }, { $async: true, type: 'array' }, { items: 1 }]) {
      const ipem = createIpem().options({ useSocket: false, schemas: { ev: schema } })
      assert.throws(() => ipem.start(), { code: 'ERR_IPEM_INVALID_OPTION', option: 'schemas.ev' })
    }
  })
})
