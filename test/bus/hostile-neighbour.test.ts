import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MAX_HOPS, MessageType } from '../../src/message.js'
import { FrameKind } from '../../src/wire/frame.js'
import { Attacker } from './attacker.js'
import { pidOf, type SimulatedProcess, SimulatedTree } from './simulated-tree.js'
import { TreeModel } from './tree-model.js'

const EVIL = pidOf(666)
const NEW = pidOf(667)
const NEWER = pidOf(668)

/** gm ── a ── a1, gm ── b; everybody listens to everything there is. */
async function family() {
  const tree = new SimulatedTree()
  const gm = tree.add()
  const a = tree.addBelow(gm)
  const b = tree.addBelow(gm)
  const a1 = tree.addBelow(a)
  for (const process of tree.processes) process.on('ev', 'online', 'offline')
  await tree.settle()
  for (const { presence } of tree.processes) presence.length = 0
  return { tree, gm, a, b, a1 }
}

type Family = Awaited<ReturnType<typeof family>>

/** Only the attacker is cut off, with a reason; all others go on as if nothing had been. */
async function assertCutOff(family: Family, attacker: Attacker, victim: SimulatedProcess, code = 'ERR_IPEM_PROTOCOL') {
  const { tree } = family
  await tree.settle()
  assert.equal(attacker.refusal?.code, code, `refused: ${attacker.refusal?.message}`)
  assert.equal(attacker.closed, true)
  assert.deepEqual(
    victim.refusals.map((refusal) => refusal.code),
    [code],
  )
  assert.deepEqual(
    tree.processes.flatMap(({ received, undelivered }) => [...received, ...undelivered]),
    [],
  )
  await assertIntact(family)
}

async function assertIntact({ tree }: Family) {
  const model = TreeModel.of(tree.processes)
  assert.equal(model.members.filter(({ parent }) => parent === null).length, 1)
  model.assertKnowledge()
  for (const from of model.members) {
    from.process.multicast('broadcast', 'ev', 'still here')
    await tree.settle()
    for (const to of model.members) {
      const pids = to.process.received.splice(0).map((message) => message.pids)
      assert.deepEqual(pids, to === from ? [] : [model.path(from, to)])
    }
  }
}

describe('a hostile child is cut off, and only that child', () => {
  const attacks: [title: string, attack: (attacker: Attacker, family: Family) => void, code?: string][] = [
    ['that sends an event before it said who it is', (evil) => evil.event(0, 1)],
    ['that sends a header before it said who it is', (evil) => evil.header(0, {})],
    ['that tells of itself before it said who it is', (evil, { a }) => evil.topology(online(evil, [EVIL], a.pid))],
    ['that has interests before it said who it is', (evil) => evil.interest(['ev'])],
    ['that welcomes its parent', (evil) => evil.welcome()],
    ['that greets twice', (evil) => evil.hello().hello(NEW)],
    ['that sends a header before it announced itself', (evil) => evil.hello().header(0, {})],
    ['that tells of others before itself', (evil) => evil.hello().topology(online(evil, [NEW, EVIL], EVIL))],
    ['that has lost others before it came', (evil, { a1 }) => evil.hello().topology(offline(evil, [EVIL], a1.pid))],
    [
      'that announces itself as the child of another',
      (evil, { gm }) => evil.hello().topology(online(evil, [EVIL], gm.pid)),
    ],
    [
      'that announces itself twice',
      (evil, { a }) => evil.join(a).topology(online(evil, [EVIL], a.pid)),
      'ERR_IPEM_DUPLICATE_PID',
    ],
    ['that is its own parent', (evil, { a }) => evil.hello(a.pid), 'ERR_IPEM_RING'],
    ['that is above its parent', (evil, { gm }) => evil.hello(gm.pid), 'ERR_IPEM_RING'],
    ['that is another child', (evil, { a1 }) => evil.hello(a1.pid), 'ERR_IPEM_DUPLICATE_PID'],

    [
      'that speaks for its parent',
      (evil, { a }) =>
        evil
          .join(a)
          .header(0, { pids: [a.pid, EVIL] })
          .event(0, 1),
    ],
    [
      'that speaks for its sibling',
      (evil, { a, a1 }) =>
        evil
          .join(a)
          .header(0, { pids: [a1.pid, EVIL] })
          .event(0, 1),
    ],
    [
      'that speaks for somebody elsewhere',
      (evil, { a, b }) =>
        evil
          .join(a)
          .header(0, { pids: [b.pid, EVIL] })
          .event(0, 1),
    ],
    [
      'that speaks as its sibling',
      (evil, { a, a1 }) =>
        evil
          .join(a)
          .header(0, { pids: [a1.pid] })
          .event(0, 1),
    ],
    [
      'that speaks for nobody known',
      (evil, { a }) =>
        evil
          .join(a)
          .header(0, { pids: [NEW, EVIL] })
          .event(0, 1),
    ],
    [
      'that repeats itself',
      (evil, { a }) =>
        evil
          .join(a)
          .header(0, { pids: [EVIL, EVIL] })
          .event(0, 1),
    ],
    ['that sends a header of too many hops', (evil, { a }) => evil.join(a).header(0, { pids: hops(MAX_HOPS + 1) })],
    [
      'that sends a header of as many hops as none has',
      (evil, { a }) => evil.join(a).header(0, { pids: hops(MAX_HOPS) }),
    ],
    [
      'that sends a route of too many hops',
      (evil, { a }) => evil.join(a).header(0, { type: 6, to: a.pid, route: hops(MAX_HOPS + 1) }),
    ],
    [
      'that sends a route to somebody else',
      (evil, { a, b }) => evil.join(a).header(0, { type: 6, to: a.pid, route: [b.pid] }),
    ],
    ['that sends a header of an unknown type', (evil, { a }) => evil.join(a).header(0, { type: 11 as 7 })],
    ['that sends a local event', (evil, { a }) => evil.join(a).header(0, { type: 0 as 7 })],
    ['that sends bytes for a header', (evil, { a }) => evil.join(a).send(FrameKind.header, Buffer.from([0, 0xc1]))],
    ['that sends a header id no ring has', (evil, { a }) => evil.join(a).header(4096, {})],
    ['that sends an event without a header', (evil, { a }) => evil.join(a).event(3, 1)],
    ['that sends an event without anything', (evil, { a }) => evil.join(a).send(FrameKind.event, Buffer.alloc(0))],

    ['that sends to the children of its parent', (evil, { a }) => evil.join(a).header(0, { type: 2 }).event(0, 1)],
    ['that calls its parent its child', (evil, { a }) => evil.join(a).header(0, { type: 4, to: a.pid }).event(0, 1)],
    [
      'that sends to siblings in the name of a child',
      (evil, { a }) =>
        evil
          .join(a)
          .topology(online(evil, [NEW, EVIL], EVIL))
          .header(0, { type: 3, pids: [NEW, EVIL] })
          .event(0, 1),
    ],

    ['that tells of the way up', (evil, { a }) => evil.join(a).topology({ what: 'way', way: [EVIL, pidOf(1)] })],
    [
      'that has its sibling below',
      (evil, { a, a1 }) => evil.join(a).topology(online(evil, [a1.pid, EVIL], EVIL)),
      'ERR_IPEM_DUPLICATE_PID',
    ],
    [
      'that has its grand master below',
      (evil, { a, gm }) => evil.join(a).topology(online(evil, [gm.pid, EVIL], EVIL)),
      'ERR_IPEM_RING',
    ],
    ['that has its parent below', (evil, { a }) => evil.join(a).topology(online(evil, [a.pid, EVIL], EVIL))],
    [
      'that tells of a child whose parent nobody knows',
      (evil, { a }) => evil.join(a).topology(online(evil, [NEWER, NEW, EVIL], NEW)),
    ],
    [
      'that tells of a child over a way that is none',
      (evil, { a, a1 }) => evil.join(a).topology(online(evil, [NEW, a1.pid, EVIL], a1.pid)),
    ],
    [
      'that tells of a child of another process',
      (evil, { a, a1 }) => evil.join(a).topology(online(evil, [NEW, EVIL], a1.pid)),
    ],
    ['that tells in the name of another', (evil, { a, a1 }) => evil.join(a).topology(offline(evil, [a1.pid], a1.pid))],
    ['that sends bytes for news', (evil, { a }) => evil.join(a).send(FrameKind.topology, Buffer.from([0xc1]))],
    ['that sends bytes for interest', (evil, { a }) => evil.join(a).send(FrameKind.interest, Buffer.from([0xc1]))],
    ['that is interested in too long a name', (evil, { a }) => evil.join(a).interest(['x'.repeat(257)])],
  ]
  for (const [title, attack, code] of attacks) {
    it(title, async () => {
      const family_ = await family()
      const { tree, a } = family_
      const evil = Attacker.below(tree, a)
      attack(evil, family_)
      await tree.settle()
      for (const { presence } of tree.processes) presence.length = 0
      await assertCutOff(family_, evil, a, code ?? 'ERR_IPEM_PROTOCOL')
    })
  }

  for (const event of ['ready', 'online', 'offline', 'parent', 'drain', 'error', 'ipem:tree', 'x'.repeat(257), '']) {
    it(`that sends an event of the name '${event.slice(0, 10)}'`, async () => {
      for (const type of [1, 2, 3, 4, 5, 6, 7] as const) {
        const family_ = await family()
        const evil = Attacker.below(family_.tree, family_.a).join(family_.a)
        evil.header(0, { type, event, to: type === 4 || type === 6 ? family_.a.pid : null }).event(0, 1)
        await assertCutOff(family_, evil, family_.a)
      }
    })
  }
})

describe('a hop that has left', () => {
  it('is not believed any more, also in a header that was: whoever still names it is cut off, and nobody above', async () => {
    const family_ = await family()
    const { tree, a, a1 } = family_
    const evil = Attacker.below(tree, a).join(a)
    evil.topology(online(evil, [NEW, EVIL], EVIL)).header(0, { pids: [NEW, EVIL] })
    evil.topology(offline(evil, [EVIL], NEW)).event(0, 1)
    await tree.settle()
    for (const process of tree.processes) process.presence.length = 0
    await assertCutOff(family_, evil, a)
    assert.equal(a1.bus.members.parent?.pid, a.pid)
  })
})

describe('a hostile parent is left, and only it', () => {
  const attacks: [title: string, attack: (attacker: Attacker, family: Family) => void, code?: string][] = [
    ['that greets as a child', (evil) => evil.hello()],
    ['that sends before its welcome', (evil) => evil.header(0, {})],
    ['that welcomes twice', (evil) => evil.welcome().welcome()],
    [
      'that has more interests before its welcome than anybody can have',
      (evil) => {
        for (let count = 0; count < 33; count++) evil.send(FrameKind.interest, Buffer.alloc(1_048_576))
      },
    ],
    ['that is below us', (evil, { a }) => evil.welcome(a.pid), 'ERR_IPEM_RING'],
    ['that is our grandchild', (evil, { a1 }) => evil.welcome(NEW, a1.pid), 'ERR_IPEM_RING'],
    ['that has us above', (evil, { gm }) => evil.welcome(gm.pid), 'ERR_IPEM_RING'],
    [
      'whose way grows into a ring',
      (evil, { gm }) => evil.welcome().topology({ what: 'way', way: [EVIL, gm.pid] }),
      'ERR_IPEM_RING',
    ],
    [
      'whose way grows into our own tree',
      (evil, { a1 }) => evil.welcome().topology({ what: 'way', way: [EVIL, a1.pid] }),
      'ERR_IPEM_RING',
    ],
    ['whose way does not begin with it', (evil) => evil.welcome().topology({ what: 'way', way: [NEW, EVIL] })],
    ['whose way has no beginning', (evil) => evil.welcome().topology({ what: 'way', way: [] })],
    ['whose way runs in circles', (evil) => evil.welcome().topology({ what: 'way', way: [EVIL, NEW, EVIL] })],
    [
      'whose way is too long',
      (evil) => evil.welcome().topology({ what: 'way', way: [EVIL, ...hops(MAX_HOPS).slice(0, -1)] }),
      'ERR_IPEM_TOO_MANY',
    ],
    ['that leaves itself out of a way', (evil) => evil.welcome().header(0, { pids: [NEW] })],
    ['that names a hop twice', (evil) => evil.welcome().header(0, { pids: [NEW, NEW, EVIL] })],
    ['that sends to its parents', (evil) => evil.welcome().header(0, { type: 1 }).event(0, 1)],
    ['that sends to its grand master', (evil) => evil.welcome().header(0, { type: 5 }).event(0, 1)],
    ['that is its own child', (evil) => evil.welcome().header(0, { type: 3 }).event(0, 1)],
    [
      'that sends to a child in the name of another',
      (evil, { gm }) =>
        evil
          .welcome()
          .header(0, { type: 4, to: gm.pid, pids: [NEW, EVIL] })
          .event(0, 1),
    ],
    ["that sends ipem's own events", (evil) => evil.welcome().header(0, { event: 'offline' }).event(0, 1)],
    ['that sends an event without a header', (evil) => evil.welcome().event(0, 1)],
    ['that tells of itself', (evil, { gm }) => evil.welcome().topology(online(evil, [EVIL], gm.pid))],
    [
      'that tells of others as if it were another',
      (evil) => evil.welcome().topology(online(evil, [NEW, NEWER], NEWER)),
    ],
    ['that tells a way with a circle', (evil) => evil.welcome().topology(online(evil, [NEWER, NEW, NEW, EVIL], NEW))],
  ]
  for (const [title, attack, code] of attacks) {
    it(title, async () => {
      const family_ = await family()
      const { tree, gm } = family_
      const evil = Attacker.above(tree, gm)
      await tree.settle()
      attack(evil, family_)
      await assertCutOff(family_, evil, gm, code ?? 'ERR_IPEM_PROTOCOL')
    })
  }

  it('gets no say about those below us: old messages and old news are dropped', async () => {
    const family_ = await family()
    const { tree, gm, a1, a } = family_
    const evil = Attacker.above(tree, gm).welcome()
    await tree.settle()
    evil.header(0, { pids: [a1.pid, EVIL] }).event(0, 1)
    evil.header(1, { pids: [gm.pid, EVIL] }).event(1, 1)
    evil.header(2, { type: MessageType.sendTo, pids: [a.pid, EVIL], to: a1.pid }).event(2, 1)
    evil.topology(online(evil, [a1.pid, EVIL], EVIL))
    evil.topology(offline(evil, [EVIL], a1.pid))
    evil.topology(offline(evil, [EVIL], gm.pid))
    await tree.settle()
    assert.equal(evil.closed, false)
    assert.deepEqual(
      tree.processes.flatMap(({ received, presence }) => [...received, ...presence]),
      [],
    )
    evil.leave()
    await tree.settle()
    await assertIntact(family_)
  })
})

describe('a process answers for those below it', () => {
  it('so one that brings a process which is elsewhere is cut off where both places meet, and that process stays', async () => {
    const family_ = await family()
    const { tree, gm, a, b } = family_
    const evil = Attacker.below(tree, a).join(a)
    evil.topology(online(evil, [b.pid, EVIL], EVIL))
    await tree.settle()
    assert.deepEqual(
      gm.refusals.map(({ code }) => code),
      ['ERR_IPEM_DUPLICATE_PID'],
    )
    assert.equal(b.bus.members.parent?.pid, gm.pid)
    assert.equal(a.bus.members.parent, null)
    evil.leave()
    await tree.settle()
    TreeModel.of(tree.processes).assertKnowledge()
    tree.join(a, gm)
    await tree.settle()
    await assertIntact(family_)
  })
})

describe('what comes from far away blames nobody', () => {
  it('a notice that makes no sense', async () => {
    const family_ = await family()
    const { tree, a, gm } = family_
    const evil = Attacker.below(tree, a).join(a)
    evil.header(0, { type: MessageType.notice, event: '', to: gm.pid })
    const type = MessageType.sendTo
    evil.event(0).event(0, 1, 2, 3).event(0, 'ERR_IPEM_UNREACHABLE', 1)
    evil.event(0, 'ERR_IPEM_UNREACHABLE', 'text', null, null, null, type, 'ev', null, Buffer.from([0xc1, 0xff, 1]))
    await tree.settle()
    assert.equal(evil.closed, false)
    assert.deepEqual(
      gm.undelivered.splice(0).map(({ error }) => [error.code, error.reporter]),
      [['ERR_IPEM_UNREACHABLE', EVIL]],
    )
    evil.leave()
    await tree.settle()
    await assertIntact(family_)
  })

  it('a payload that cannot be read', async () => {
    const family_ = await family()
    const { tree, a, gm } = family_
    const evil = Attacker.below(tree, a).join(a).header(0, { type: MessageType.toGrandMaster })
    evil.send(FrameKind.event, Buffer.from([0, 0, 0xee, 0xc1]))
    await tree.settle()
    assert.equal(evil.closed, false)
    assert.equal(gm.unreadable.length, 1)
    evil.leave()
    await tree.settle()
    await assertIntact(family_)
  })
})

function online(attacker: Attacker, pids: string[], parent: string) {
  return { what: 'online', pids, process: attacker.info(pids[0] as string), parent } as const
}

function offline(_attacker: Attacker, pids: string[], pid: string) {
  return { what: 'offline', pids, pid, info: { code: null, signal: null, reason: 'exit' } } as const
}

function hops(count: number): string[] {
  return Array.from({ length: count }, (_, at) => (at === count - 1 ? EVIL : pidOf(1000 + at)))
}
