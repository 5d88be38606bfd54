import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { MessageType } from '../../src/index.js'
import { PuppetTree, type Received } from './puppets.js'

const tree = new PuppetTree()
const everyone = ['gm', 'a', 'a1', 'a2', 'w1', 'w2', 'p', 's', 's1']

const ancestors: Record<string, string[]> = {
  gm: [],
  a: ['gm'],
  a1: ['a', 'gm'],
  a2: ['a', 'gm'],
  w1: ['gm'],
  w2: ['gm'],
  p: ['gm'],
  s: ['gm'],
  s1: ['s', 'gm'],
}
const descendants: Record<string, string[]> = {
  gm: ['a', 'a1', 'a2', 'w1', 'w2', 'p', 's', 's1'],
  a: ['a1', 'a2'],
  a1: [],
  a2: [],
  w1: [],
  w2: [],
  p: [],
  s: ['s1'],
  s1: [],
}
const siblings: Record<string, string[]> = {
  gm: [],
  a: ['w1', 'w2', 'p', 's'],
  a1: ['a2'],
  a2: ['a1'],
  w1: ['a', 'w2', 'p', 's'],
  w2: ['a', 'w1', 'p', 's'],
  p: ['a', 'w1', 'w2', 's'],
  s: ['a', 'w1', 'w2', 'p'],
  s1: [],
}
const childs: Record<string, string[]> = {
  gm: ['a', 'w1', 'w2', 'p', 's'],
  a: ['a1', 'a2'],
  a1: [],
  a2: [],
  w1: [],
  w2: [],
  p: [],
  s: ['s1'],
  s1: [],
}

/** Who must receive, by function and origin. */
const receivers: Record<string, (origin: string) => string[]> = {
  sendToParents: (origin) => ancestors[origin] as string[],
  sendToChilds: (origin) => descendants[origin] as string[],
  sendToChildren: (origin) => descendants[origin] as string[],
  sendToSiblings: (origin) => siblings[origin] as string[],
  sendToGrandMaster: () => ['gm'],
  broadcast: (origin) => everyone.filter((name) => name !== origin),
  bubble: (origin) => [origin, ...(ancestors[origin] as string[])],
}

const typeOf: Record<string, number> = {
  sendToParents: MessageType.toParents,
  sendToChilds: MessageType.toChilds,
  sendToChildren: MessageType.toChilds,
  sendToSiblings: MessageType.toSiblings,
  sendToGrandMaster: MessageType.toGrandMaster,
  broadcast: MessageType.broadcast,
  bubble: MessageType.toParents,
}

/** Exactly one message at each of `names`, none elsewhere, each with the anatomy that its way demands. */
function assertReceived(got: Record<string, Received[]>, origin: string, names: string[], type: number, to?: string) {
  const counts = Object.fromEntries(Object.entries(got).map(([name, { length }]) => [name, length]))
  assert.deepEqual(counts, Object.fromEntries(everyone.map((name) => [name, names.includes(name) ? 1 : 0])))
  for (const name of names) {
    const message = got[name]?.[0]
    assert.deepEqual(
      message?.pids.map((pid) => tree.nameOf(pid)),
      tree.way(origin, name),
      `the way ${origin} to ${name}`,
    )
    assert.equal(message?.from, tree.pid(origin))
    assert.equal(message?.type, type)
    assert.deepEqual(message?.args, ['x', 1])
    assert.equal(message?.to, to === undefined ? undefined : tree.pid(to))
    assert.deepEqual(message?.route, to === undefined ? undefined : [])
  }
}

describe('a tree of real processes', () => {
  before(() => tree.start())
  after(() => tree.stop())

  for (const origin of everyone) {
    for (const [method, whom] of Object.entries(receivers)) {
      it(`${method} from ${origin} reaches ${whom(origin).join(', ') || 'nobody'}`, async () => {
        await tree.call(origin, method, 'ev', 'x', 1)
        assertReceived(await tree.received(), origin, whom(origin), typeOf[method] as number)
      })
    }

    it(`sendToChild from ${origin} reaches each of its children`, async () => {
      for (const child of childs[origin] as string[]) {
        await tree.call(origin, 'sendToChild', tree.pid(child), 'ev', 'x', 1)
        assertReceived(await tree.received(), origin, [child], MessageType.toChild, child)
      }
    })

    it(`sendTo(pid) and sendTo(pids) from ${origin} reach every process`, async () => {
      for (const target of everyone) {
        await tree.call(origin, 'sendTo', tree.pid(target), 'ev', 'x', 1)
        assertReceived(await tree.received(), origin, [target], MessageType.sendTo, target)
        const route = tree.way(target, origin).map((name) => tree.pid(name))
        await tree.call(origin, 'sendTo', route, 'ev', 'x', 1)
        assertReceived(await tree.received(), origin, [target], MessageType.sendTo, target)
      }
    })
  }

  it('knows itself: tree(), attributes and roles', async () => {
    const { gm } = tree
    const shape = ({ pid, role, children }: ReturnType<typeof gm.tree>): unknown => [
      tree.nameOf(pid),
      role,
      children.map(shape),
    ]
    assert.deepEqual(shape(gm.tree()), [
      'gm',
      'grandmaster',
      [
        [
          'a',
          'fork',
          [
            ['a1', 'fork', []],
            ['a2', 'fork', []],
          ],
        ],
        ['w1', 'worker', []],
        ['w2', 'worker', []],
        ['p', 'adopted', []],
        ['s', 'socket', [['s1', 'fork', []]]],
      ],
    ])
    assert.equal(gm.childsOnline, 5)
    assert.equal(gm.isGrandMaster, true)
    for (const name of everyone.slice(1)) {
      const get = (attribute: string) => gm.request(tree.pid(name), 'get', attribute)
      assert.equal(await get('parentPid'), tree.pid(tree.parentOf[name] as string), `parentPid of ${name}`)
      assert.equal(await get('isGrandMaster'), false)
      assert.equal(await get('isWorker'), name.startsWith('w'))
      assert.equal(await get('childsOnline'), (childs[name] as string[]).length)
    }
    assert.deepEqual(shape(await gm.request(tree.pid('s'), 'get', 'tree')), ['s', 'socket', [['s1', 'fork', []]]])
  })

  it('requestAll asks childs, siblings and everyone', async () => {
    const { gm } = tree
    const names: string[] = []
    for await (const row of gm.requestAll('everyone', 'get', 'pid')) {
      assert.ok('value' in row, String('error' in row && row.error))
      assert.equal(row.value, row.pid)
      names.push(tree.nameOf(row.pid))
    }
    assert.deepEqual(names.sort(), everyone.slice(1).sort())
  })
})
