import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MAX_EVENT_BYTES, MAX_HOPS, MessageType } from '../../src/message.js'
import type { Routable } from '../../src/routing/router.js'
import { distrust } from '../../src/routing/trust.js'

/** This process is `me`: below it `a` with `a1`, and `b`; above it `top`. Links are named by their other end. */
const where = {
  below: (pid: string) => ({ a: 'a', a1: 'a', b: 'b' })[pid],
  pidOf: (link: string) => link,
}

const header = (fields: Partial<Routable>): Routable => ({
  type: MessageType.broadcast,
  event: 'ev',
  pids: ['a'],
  to: null,
  route: null,
  ...fields,
})

const objection = (fields: Partial<Routable>, link = 'a') => distrust(header(fields), link, link === 'top', where)

describe('the way a neighbour claims for a message', () => {
  const far = (last: string, length: number) => Array.from({ length }, (_, at) => (at === length - 1 ? last : `x${at}`))
  const rows: [title: string, link: string, pids: string[], objection: RegExp | null][] = [
    ['a child speaks for itself', 'a', ['a'], null],
    ['a child speaks for its own child', 'a', ['a1', 'a'], null],
    ['a child that speaks for another child', 'a', ['b', 'a'], /not behind this link/],
    ['a child that speaks for its parent', 'a', ['me', 'a'], /not behind this link/],
    ['a child that speaks for its grandparent', 'a', ['top', 'a'], /not behind this link/],
    ['a child that speaks for nobody known', 'a', ['x', 'a'], /not behind this link/],
    ['a child that leaves itself out', 'a', ['a1'], /last hop/],
    ['a child that says it is another', 'a', ['b'], /last hop/],
    ['a child that names nobody', 'a', [], /last hop/],
    ['a child that repeats itself', 'a', ['a', 'a'], /twice/],
    ['a child that repeats a hop', 'a', ['a1', 'a1', 'a'], /twice/],
    ['a child with an old message', 'a', far('a', MAX_HOPS), /further/],
    ['the parent speaks for itself', 'top', ['top'], null],
    ['the parent speaks for anybody beyond', 'top', ['x', 'y', 'top'], null],
    ['the parent with what came from below us in an old tree: the router drops it', 'top', ['a1', 'top'], null],
    ['the parent with what we have sent in an old tree: the router drops it', 'top', ['me', 'top'], null],
    ['a parent that leaves itself out', 'top', ['x'], /last hop/],
    ['a parent that repeats a hop', 'top', ['x', 'x', 'top'], /twice/],
    ['a parent with a message as old as may be', 'top', far('top', MAX_HOPS - 1), null],
    ['a parent with an older one', 'top', far('top', MAX_HOPS), /further/],
  ]
  for (const [title, link, pids, expected] of rows) {
    it(`${expected === null ? 'is believed' : 'is refused'}: ${title}`, () => {
      if (expected === null) assert.equal(objection({ pids }, link), null)
      else assert.match(objection({ pids }, link) ?? '', expected)
    })
  }
})

describe('the name of an event', () => {
  const multicast = [
    MessageType.toParents,
    MessageType.toChilds,
    MessageType.toSiblings,
    MessageType.broadcast,
  ] as const
  const types = [...multicast, MessageType.toGrandMaster, MessageType.toChild, MessageType.sendTo] as const
  const named = (type: Routable['type'], event: string) => {
    const targeted = type === MessageType.toChild || type === MessageType.sendTo || type >= MessageType.request
    return objection({ type, event, to: targeted ? 'me' : null })
  }

  for (const event of ['ready', 'online', 'offline', 'parent', 'drain', 'error']) {
    it(`'${event}' comes only in frames of its own`, () => {
      for (const type of [...types, MessageType.request]) assert.match(named(type, event) ?? '', /frames of its own/)
    })
  }

  it("that begins with 'ipem:' is for requests", () => {
    for (const type of types) assert.match(named(type, 'ipem:tree') ?? '', /no event of a user/)
    assert.equal(named(MessageType.request, 'ipem:tree'), null)
  })

  it('is neither empty nor too long', () => {
    for (const type of [...types, MessageType.request]) {
      assert.match(named(type, '') ?? '', /empty or too long/)
      assert.match(named(type, 'é'.repeat(MAX_EVENT_BYTES / 2 + 1)) ?? '', /empty or too long/)
      assert.equal(named(type, 'é'.repeat(MAX_EVENT_BYTES / 2)), null)
    }
  })

  it('is not there in answers and notices', () => {
    for (const type of [MessageType.answer, MessageType.notice]) {
      assert.equal(named(type, ''), null)
      assert.match(named(type, 'ev') ?? '', /has no name/)
    }
  })
})

describe('the target of a message', () => {
  it('is for the types that have one', () => {
    const many = [MessageType.toParents, MessageType.toChilds, MessageType.toSiblings, MessageType.broadcast] as const
    for (const type of [...many, MessageType.toGrandMaster]) {
      assert.match(objection({ type, to: 'me' }) ?? '', /names a target/)
      assert.match(objection({ type, route: [] }) ?? '', /names a target/)
    }
  })

  it('is where the route leads', () => {
    const type = MessageType.sendTo
    assert.equal(objection({ type, to: 'b', route: ['b'] }), null)
    assert.equal(objection({ type, to: 'me', route: [] }), null)
    assert.match(objection({ type, to: 'me', route: ['b'] }) ?? '', /somebody else/)
  })
})
