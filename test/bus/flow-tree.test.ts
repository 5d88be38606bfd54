import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import fc from 'fast-check'
import type { IpemError } from '../../src/errors.js'
import type { Message } from '../../src/message.js'
import { randomFrom, Schedule, type SimulatedProcess, SimulatedTree } from './simulated-tree.js'

const LIMITS = { highWaterMark: 2000, hardLimit: 8000, stallMs: 1000 }
const TEXT = 'x'.repeat(500)

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'setInterval'] }))
afterEach(() => mock.timers.reset())

/** gm ── a ── a1, gm ── b, gm ── slow; `slow` reads when it is told to. */
async function family(limits: Partial<typeof LIMITS> = {}) {
  const tree = new SimulatedTree({ ...LIMITS, ...limits })
  const gm = tree.add()
  const [a, b, slow] = [tree.addBelow(gm), tree.addBelow(gm), tree.addBelow(gm)]
  const a1 = tree.addBelow(a)
  await tree.settle()
  for (const process of tree.processes) process.on('ev')
  await tree.settle()
  return { tree, gm, a, b, a1, slow }
}

/** The watch of the links looks four times within `stallMs`. */
async function stall(tree: SimulatedTree) {
  for (let look = 0; look < 5; look++) {
    mock.timers.tick(250)
    await tree.settle()
  }
}

async function flood(tree: SimulatedTree, from: SimulatedProcess, to: SimulatedProcess, count: number) {
  for (let number = 1; number <= count; number++) {
    from.sendTo(to.pid, 'ev', number, TEXT)
    await tree.settle()
  }
}

const numbers = (process: SimulatedProcess) => process.received.splice(0).map(({ args: [number] }) => number as number)
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at)

describe('a reader that has stopped', () => {
  const distances = [
    ['this very process', 'gm', 0],
    ['one hop away', 'a', 1],
    ['two hops away', 'a1', 2],
  ] as const
  for (const [where, who] of distances) {
    it(`costs the origin, ${where}, what is past the hard limit, and it is told: once at the start, once at the end`, async () => {
      const { tree, slow, ...others } = await family()
      const origin = others[who]
      slow.freeze()
      await flood(tree, origin, slow, 8)
      await stall(tree)
      await flood(tree, origin, slow, 30)
      assert.equal(origin.undelivered.length, 1)
      const start = origin.undelivered.splice(0)[0]?.error as IpemError
      assert.deepEqual(
        [start?.code, start?.pid, start?.event, start?.to, start?.count, start?.ended],
        ['ERR_IPEM_OVERFLOW', slow.pid, 'ev', slow.pid, 1, false],
      )
      const first = (start.undelivered as Message).args[0] as number
      assert.equal((start.undelivered as Message).args[1], TEXT)
      slow.thaw()
      await tree.settle()
      const end = origin.undelivered.splice(0)[0]?.error as IpemError
      assert.deepEqual([end.code, end.pid, end.count, end.ended], ['ERR_IPEM_OVERFLOW', slow.pid, 30 - first + 1, true])
      assert.deepEqual(numbers(slow), [...range(1, 8), ...range(1, first - 1)])
      await flood(tree, origin, slow, 2)
      assert.deepEqual(numbers(slow), [1, 2])
      assert.deepEqual(origin.undelivered, [])
    })
  }

  it('tells the origin of it in memory that the next message does not write over', async () => {
    const { tree, gm, a, slow } = await family()
    slow.freeze()
    await flood(tree, gm, slow, 8)
    await stall(tree)
    const bytes = Buffer.alloc(20_000, 1)
    gm.sendTo(slow.pid, 'ev', bytes)
    gm.sendTo(a.pid, 'ev', 'z'.repeat(30_000))
    await tree.settle()
    const told = gm.undelivered[0]?.error as IpemError
    assert.ok(bytes.equals((told.undelivered as Message).args[0] as Buffer))
  })

  it('does not spoil what the others get where the origin, when it is told, sends something else', async () => {
    const { tree, gm, slow } = await family()
    // Not the last one in the order of joining: some get the message after the origin was told.
    const last = tree.addBelow(gm).on('ev')
    await tree.settle()
    slow.freeze()
    await flood(tree, gm, slow, 8)
    await stall(tree)
    await flood(tree, gm, slow, 7)
    gm.onLoss = () => gm.sendTo(last.pid, 'ev', 'what was lost')
    for (let number = 1; number <= 9; number++) gm.multicast('broadcast', 'ev', number, TEXT)
    await tree.settle()
    assert.equal(gm.undelivered.length, 1)
    const got = last.received.map(({ args: [value] }) => value)
    assert.deepEqual(
      got.filter((value) => value !== 'what was lost'),
      range(1, 9),
    )
    assert.ok(got.includes('what was lost'))
    assert.deepEqual(
      last.received.filter(({ args }) => args.length === 2).map(({ args }) => args[1]),
      range(1, 9).map(() => TEXT),
    )
  })

  it('is told of when its link closes instead', async () => {
    const { tree, gm, slow } = await family()
    slow.freeze()
    await flood(tree, gm, slow, 30)
    tree.kill(slow)
    await tree.settle()
    const ends = gm.undelivered.filter(({ error }) => error.ended)
    assert.equal(ends.length, 1)
    assert.ok((ends[0]?.error.count as number) > 5)
  })

  it('costs each request its own refusal, however far it comes', async () => {
    for (const who of ['gm', 'a', 'a1'] as const) {
      const { tree, slow, ...others } = await family()
      const origin = others[who]
      slow.freeze()
      await flood(tree, origin, slow, 8)
      await stall(tree)
      for (let id = 1; id <= 30; id++) {
        origin.request(slow.pid, 'ask', id, TEXT)
        await tree.settle()
      }
      const refused = origin.undelivered.splice(0)
      const ids = refused.map(({ requestId }) => requestId)
      assert.ok(ids.length > 10)
      assert.deepEqual(ids, range(30 - ids.length + 1, 30))
      assert.ok(refused.every(({ error }) => error.code === 'ERR_IPEM_OVERFLOW' && error.ended === undefined))
      slow.thaw()
      await tree.settle()
      assert.deepEqual(
        slow.control.map(({ requestId }) => requestId),
        range(1, 30 - ids.length),
      )
      assert.deepEqual(origin.undelivered, [])
    }
  })

  it('holds back whoever feeds it until it has stalled, and nobody else', async () => {
    const { tree, gm, a, a1, b, slow } = await family()
    slow.freeze()
    await flood(tree, a1, slow, 12)
    assert.deepEqual([gm.neighbour(a).heldBy?.size, gm.neighbour(b).heldBy], [1, null])
    await flood(tree, b, a, 3)
    assert.deepEqual(numbers(a), [1, 2, 3])
    a1.sendTo(b.pid, 'ev', 'waits')
    await tree.settle()
    assert.deepEqual(b.received, [])
    await stall(tree)
    assert.equal(gm.neighbour(a).heldBy?.size, 0)
    assert.deepEqual(
      b.received.map(({ args }) => args),
      [['waits']],
    )
    assert.deepEqual(a1.undelivered, [])
  })

  it('lets its feeders go when it reads on', async () => {
    const { tree, gm, a, slow } = await family()
    slow.freeze()
    await flood(tree, a, slow, 12)
    assert.equal(gm.neighbour(a).heldBy?.size, 1)
    slow.thaw()
    await tree.settle()
    assert.equal(gm.neighbour(a).heldBy?.size, 0)
    assert.deepEqual(numbers(slow), range(1, 12))
  })

  it('lets its feeders go when it is gone', async () => {
    const { tree, gm, a, b, slow } = await family()
    slow.freeze()
    await flood(tree, a, slow, 12)
    tree.kill(slow)
    a.sendTo(b.pid, 'ev', 'on')
    await tree.settle()
    assert.equal(gm.neighbour(a).heldBy?.size ?? 0, 0)
    assert.deepEqual(
      b.received.map(({ args }) => args),
      [['on']],
    )
  })

  it('forgets a feeder that goes', async () => {
    const { tree, gm, a, slow } = await family()
    slow.freeze()
    await flood(tree, a, slow, 12)
    const full = gm.neighbour(slow)
    assert.equal(full.holding?.size, 1)
    gm.neighbour(a).link.destroy()
    assert.equal(full.holding?.size, 0)
    slow.thaw()
    await tree.settle()
    assert.equal(gm.bus.needDrain, false)
  })
})

describe('drain', () => {
  it('comes when no link is full any more', async () => {
    const { tree, gm, slow, b } = await family()
    for (const process of [slow, b]) process.freeze()
    for (const process of [slow, b]) await flood(tree, gm, process, 5)
    assert.deepEqual([gm.bus.needDrain, gm.drains], [true, 0])
    slow.thaw()
    await tree.settle()
    assert.deepEqual([gm.bus.needDrain, gm.drains], [true, 0])
    b.thaw()
    await tree.settle()
    assert.deepEqual([gm.bus.needDrain, gm.drains], [false, 1])
  })

  it('comes when the full link has stalled: a stopped reader keeps nobody waiting', async () => {
    const { tree, gm, slow } = await family()
    slow.freeze()
    await flood(tree, gm, slow, 5)
    assert.equal(gm.bus.needDrain, true)
    await stall(tree)
    assert.deepEqual([gm.bus.needDrain, gm.drains], [false, 1])
    await flood(tree, gm, slow, 1)
    assert.equal(gm.bus.needDrain, false)
    slow.thaw()
    await tree.settle()
    assert.deepEqual([gm.bus.needDrain, gm.drains], [false, 1])
  })

  it('comes when the full link is closed', async () => {
    const { tree, gm, slow } = await family()
    slow.freeze()
    await flood(tree, gm, slow, 5)
    tree.kill(slow)
    await tree.settle()
    assert.deepEqual([gm.bus.needDrain, gm.drains], [false, 1])
  })

  it('does not come where nothing was full', async () => {
    const { tree, gm, a } = await family()
    await flood(tree, gm, a, 2)
    assert.equal(gm.drains, 0)
  })
})

const at = fc.nat({ max: 1000 })
const action = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('send' as const), at, to: at, count: fc.integer({ min: 1, max: 20 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('freeze' as const, 'thaw' as const), at }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('run' as const, 'tick' as const), at }) },
)

type Action = typeof action extends fc.Arbitrary<infer A> ? A : never

/** Random messages between random processes of a random tree whose leaves stop reading now and then. */
async function traffic(seed: number, shape: number[], actions: Action[], ticks: boolean, hardLimit: number) {
  const tree = new SimulatedTree({ ...LIMITS, hardLimit, headerRing: 16 }, new Schedule(randomFrom(seed)))
  tree.add().on('ev')
  for (const parent of shape) tree.addBelow(tree.processes[parent % tree.processes.length] as SimulatedProcess).on('ev')
  await tree.settle()
  const { processes } = tree
  const leaves = processes.filter(({ bus }) => bus.members.children.size === 0 && bus.members.parent !== null)
  const pick = (index: number) => processes[index % processes.length] as SimulatedProcess
  const sent = new Map<string, number>()
  for (const one of actions) {
    if (one.do === 'send') {
      const [from, to] = [pick(one.at), pick(one.to)]
      if (from === to) continue
      const way = `${from.pid} to ${to.pid}`
      for (let count = 0; count < one.count; count++) {
        sent.set(way, (sent.get(way) ?? 0) + 1)
        from.sendTo(to.pid, 'ev', sent.get(way), TEXT)
      }
    } else if (one.do === 'run') await tree.schedule.runSome()
    else if (one.do === 'tick') {
      if (ticks) mock.timers.tick(250)
    } else if (leaves.length > 0) leaves[one.at % leaves.length]?.[one.do]()
  }
  for (const leaf of leaves) leaf.thaw()
  await tree.settle()
  return { processes, sent }
}

const trees = fc.array(at, { minLength: 2, maxLength: 9 })
const actions = fc.array(action, { minLength: 1, maxLength: 60, size: 'max' })

describe('random traffic with readers that pause', () => {
  it('arrives whole and in order where nothing has stalled: no deadlock', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), trees, actions, async (seed, shape, list) => {
        const { processes, sent } = await traffic(seed, shape, list, false, 1e9)
        const received = new Map<string, unknown[]>()
        for (const { pid, received: messages } of processes) {
          for (const { from, args } of messages)
            received.set(`${from} to ${pid}`, [...(received.get(`${from} to ${pid}`) ?? []), args[0]])
        }
        assert.deepEqual([...received].sort(), [...sent].map(([way, count]) => [way, range(1, count)]).sort())
        for (const { bus, undelivered } of processes) {
          assert.equal(bus.needDrain, false)
          assert.deepEqual(undelivered, [])
        }
      }),
      { numRuns: 60, includeErrorInReport: true },
    )
  })

  it('is accounted for to the last message where readers stall and queues overflow', async () => {
    let refused = 0
    await fc.assert(
      fc.asyncProperty(fc.integer(), trees, actions, async (seed, shape, list) => {
        const { processes, sent } = await traffic(seed, shape, list, true, LIMITS.hardLimit)
        for (const origin of processes) {
          const mine = [...sent]
            .filter(([way]) => way.startsWith(`${origin.pid} `))
            .reduce((sum, [, count]) => sum + count, 0)
          const arrived = processes.flatMap(({ received }) => received.filter(({ from }) => from === origin.pid)).length
          const ends = origin.undelivered.filter(({ error }) => error.ended)
          const lost = ends.reduce((sum, { error }) => sum + (error.count as number), 0)
          assert.equal(arrived + lost, mine)
          assert.equal(ends.length * 2, origin.undelivered.length, 'each start has an end')
          refused += lost
        }
      }),
      { numRuns: 100, includeErrorInReport: true },
    )
    assert.ok(refused > 0, 'some were refused')
  })
})
