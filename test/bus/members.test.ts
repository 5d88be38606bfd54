import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { MAX_HOPS } from '../../src/message.js'
import { FrameKind } from '../../src/wire/frame.js'
import { Attacker } from './attacker.js'
import { type Presence, pidOf, type SimulatedProcess, SimulatedTree } from './simulated-tree.js'
import { TreeModel } from './tree-model.js'

const brief = ({ presence }: SimulatedProcess) =>
  presence.splice(0).map(({ event, pid }: Presence) => `${event} ${pid}`)

/** Counts the frames of one kind that arrive anywhere. */
function count(tree: SimulatedTree, wanted: FrameKind): () => number {
  let frames = 0
  for (const { bus } of tree.processes) {
    const onFrame = bus.onFrame.bind(bus)
    bus.onFrame = (from, kind, ...frame) => {
      if (kind === wanted) frames++
      onFrame(from, kind, ...frame)
    }
  }
  return () => frames
}

describe('joining', () => {
  it('tells the child who listens before it welcomes it, and where it is', async () => {
    const tree = new SimulatedTree()
    const gm = tree.add().on('one', 'two')
    const a = tree.addBelow(gm).on('three')
    await tree.settle()
    const child = Attacker.below(tree, a).hello()
    await tree.settle()
    assert.deepEqual(child.kinds(), ['interest', 'welcome'])
    assert.deepEqual(
      child.interests().map(({ add }) => [...add].sort()),
      [['one', 'three', 'two']],
    )
    assert.deepEqual(child.way, [a.pid, gm.pid])
  })

  it('tells the parent who listens before it hears that anybody is online', async () => {
    const tree = new SimulatedTree()
    const [top, gm] = [tree.add(), tree.add().on('one')]
    tree.addBelow(tree.addBelow(gm).on('two'))
    await tree.settle()
    const parent = Attacker.above(tree, gm)
    await tree.settle()
    assert.deepEqual(parent.kinds(), ['hello'])
    parent.welcome(top.pid)
    await tree.settle()
    assert.deepEqual(parent.kinds(), ['hello', 'interest', 'topology', 'topology', 'topology'])
    assert.deepEqual(
      parent.news().map((news) => 'pids' in news && news.pids.length),
      [1, 2, 3],
    )
  })

  it('is no news before the child announces itself, nor is its end', async () => {
    const tree = new SimulatedTree()
    const gm = tree.add().on('online', 'offline')
    const a = tree.addBelow(gm).on('online', 'offline')
    await tree.settle()
    brief(gm)
    const child = Attacker.below(tree, a).hello()
    await tree.settle()
    assert.equal(a.bus.members.children.size, 1)
    assert.deepEqual(
      [...a.bus.members.children].map(({ online }) => online),
      [false],
    )
    assert.equal(a.bus.members.tree().children.length, 0)
    a.sendTo(child.pid, 'ev')
    assert.equal(gm.bus.members.below(child.pid), undefined)
    child.leave()
    await tree.settle()
    assert.deepEqual([...brief(gm), ...brief(a)], [])
    assert.equal(a.bus.members.children.size, 0)
    TreeModel.of(tree.processes).assertKnowledge()
  })

  it('is told above as the parent knows the child, whatever the child says of itself', async () => {
    const tree = new SimulatedTree()
    const gm = tree.add()
    const a = tree.addBelow(gm)
    await tree.settle()
    const child = Attacker.below(tree, a).hello()
    const process = { ...child.info(child.pid), role: 'grandmaster', host: 'elsewhere' } as const
    child.topology({ what: 'online', pids: [child.pid], process, parent: a.pid })
    await tree.settle()
    const [known] = [...gm.bus.members.topology.descendants()].slice(-1)
    assert.deepEqual(known, child.info(child.pid))
  })

  it('is over for one that was refused, whatever it says then', async () => {
    const tree = new SimulatedTree()
    const gm = tree.add()
    const a = tree.addBelow(gm)
    await tree.settle()
    const child = Attacker.below(tree, gm).hello(a.pid).hello(pidOf(666)).event(0, 1)
    await tree.settle()
    assert.equal(child.refusal?.code, 'ERR_IPEM_DUPLICATE_PID')
    assert.equal(gm.bus.members.children.size, 1)
    assert.deepEqual(
      gm.refusals.map(({ code }) => code),
      ['ERR_IPEM_DUPLICATE_PID'],
    )
  })

  it('is refused where the tree is as deep as it may be', async () => {
    const tree = new SimulatedTree()
    let last = tree.add()
    for (let depth = 1; depth < MAX_HOPS; depth++) last = tree.addBelow(last)
    await tree.settle()
    assert.equal(last.bus.members.way.length, MAX_HOPS - 1)
    last.multicast('sendToGrandMaster', 'ev')
    await tree.settle()
    assert.deepEqual(last.undelivered, [])
    const deeper = tree.addBelow(last)
    await tree.settle()
    assert.deepEqual(
      deeper.refusals.map(({ code }) => code),
      ['ERR_IPEM_TOO_MANY'],
    )
    assert.equal(deeper.bus.members.parent, null)
    TreeModel.of(tree.processes).assertKnowledge()
  })

  it('with too deep a tree of its own leaves what is too deep behind, and blames nobody else', async () => {
    const tree = new SimulatedTree()
    const chain = (length: number) => {
      const processes = [tree.add().on('online', 'offline')]
      while (processes.length < length) processes.push(tree.addBelow(processes.at(-1) as SimulatedProcess))
      return processes
    }
    const [upper, lower] = [chain(40), chain(40)]
    await tree.settle()
    tree.join(lower[0] as SimulatedProcess, upper.at(-1) as SimulatedProcess)
    await tree.settle()
    const model = TreeModel.of(tree.processes)
    model.assertKnowledge()
    assert.equal(model.subtree(model.members[0] as (typeof model.members)[0]).length, MAX_HOPS)
  })

  it('tells everybody who listens, however far from each other two branches reach', async () => {
    const tree = new SimulatedTree()
    const gm = tree.add()
    const ends = [gm, gm]
    for (let depth = 1; depth < 40; depth++) {
      for (const side of [0, 1]) ends[side] = tree.addBelow(ends[side] as SimulatedProcess).on('online')
    }
    await tree.settle()
    const model = TreeModel.of(tree.processes)
    model.assertKnowledge()
    assert.equal(model.sameTree(model.members[0] as (typeof model.members)[0]).length, 79)
  })

  it('with two ways up is refused', async () => {
    const tree = new SimulatedTree()
    const [one, two, child] = [tree.add(), tree.add(), tree.add()]
    tree.join(child, one)
    tree.join(child, two)
    await tree.settle()
    assert.equal(child.bus.members.parent?.pid, one.pid)
    assert.deepEqual(
      child.refusals.map(({ code }) => code),
      ['ERR_IPEM_RING'],
    )
    TreeModel.of(tree.processes).assertKnowledge()
  })

  it('in a ring of three ends in no ring', async () => {
    const tree = new SimulatedTree()
    const ring = [tree.add(), tree.add(), tree.add()]
    for (const [at, process] of ring.entries()) tree.join(process, ring[(at + 1) % 3] as SimulatedProcess)
    await tree.settle()
    const model = TreeModel.of(tree.processes)
    model.assertKnowledge()
    assert.ok(model.members.some(({ parent }) => parent === null))
    assert.ok(tree.processes.flatMap(({ refusals }) => refusals).every(({ code }) => code === 'ERR_IPEM_RING'))
  })
})

describe('losing the parent', () => {
  it('is one `offline`, of the parent, for all below who listen', async () => {
    const tree = new SimulatedTree()
    const gm = tree.add()
    const a = tree.addBelow(gm).on('offline')
    const a1 = tree.addBelow(a).on('offline')
    tree.addBelow(gm)
    await tree.settle()
    tree.kill(gm)
    await tree.settle()
    assert.deepEqual([brief(a), brief(a1)], [[`offline ${gm.pid}`], [`offline ${gm.pid}`]])
    assert.deepEqual([a.bus.members.isGrandMaster, a1.bus.members.way], [true, [a.pid]])
  })

  it('tells those below which part of their way up is lost, and to whom it still leads', async () => {
    const tree = new SimulatedTree()
    const gm = tree.add()
    const a = tree.addBelow(gm)
    const a1 = tree.addBelow(a)
    const a11 = tree.addBelow(a1)
    await tree.settle()
    tree.cut(a)
    await tree.settle()
    assert.deepEqual([a.waysLost, a1.waysLost, a11.waysLost], [[], [[a.pid, gm.pid]], [[a.pid, gm.pid]]])
    tree.join(a, gm)
    await tree.settle()
    assert.deepEqual([a1.waysLost.length, a11.waysLost.length], [1, 1], 'a longer way is no loss')
  })

  it('keeps those below, who are announced again to the next one', async () => {
    const tree = new SimulatedTree()
    const [gm, next] = [tree.add(), tree.add().on('online')]
    const a = tree.addBelow(gm)
    const a1 = tree.addBelow(a)
    await tree.settle()
    tree.kill(gm)
    tree.join(a, next)
    await tree.settle()
    assert.deepEqual(brief(next), [`online ${a.pid}`, `online ${a1.pid}`])
    assert.deepEqual(a1.bus.members.way, [a.pid, next.pid])
  })
})

describe('listening', () => {
  it('stands before what is sent next: whoever asks hears the answer', async () => {
    const tree = new SimulatedTree()
    const gm = tree.add()
    const a = tree.addBelow(gm).on('question')
    const b = tree.addBelow(gm)
    await tree.settle()
    a.onArrival = () => a.multicast('broadcast', 'answer')
    for (let round = 0; round < 3; round++) {
      b.on('answer')
      b.multicast('broadcast', 'question')
      await tree.settle()
      assert.equal(b.received.splice(0).length, 1)
      b.off('answer')
    }
  })

  it('ten thousand times once costs at most sixteen frames in a tree of eight', async () => {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
    try {
      const tree = new SimulatedTree()
      const gm = tree.add()
      const [a, b] = [tree.addBelow(gm), tree.addBelow(gm)]
      for (const parent of [a, a, b, b]) tree.addBelow(parent)
      const last = tree.addBelow(b)
      await tree.settle()
      const frames = count(tree, FrameKind.interest)
      for (let round = 0; round < 10_000; round++) {
        last.on('reply')
        last.off('reply')
        if (round % 100 === 0) await tree.settle()
      }
      for (let late = 0; late < 4; late++) {
        mock.timers.tick(1000)
        await tree.settle()
      }
      assert.equal(frames(), 14)
      assert.deepEqual(
        tree.processes.map(({ bus }) => bus.members.wants(bus.members.parent as never, 'reply')),
        Array(8).fill(false),
      )
    } finally {
      mock.timers.reset()
    }
  })

  it('changes no decision where it comes and goes in this process only', async () => {
    const tree = new SimulatedTree()
    const gm = tree.add()
    tree.addBelow(gm)
    await tree.settle()
    const { version } = gm.bus.members
    for (let round = 0; round < 3; round++) gm.on(`ev${round}`).off(`ev${round}`)
    assert.equal(gm.bus.members.version, version)
  })

  it('to a name that cannot be sent is nobody else’s business', async () => {
    const tree = new SimulatedTree()
    const gm = tree.add()
    const child = Attacker.below(tree, gm).join(gm)
    gm.on('', 'x'.repeat(257), 'é'.repeat(129), 'ok')
    await tree.settle()
    assert.deepEqual(child.interests(), [{ add: ['ok'], remove: [] }])
  })

  it('to very many names is told in frames of a moderate size', async () => {
    const tree = new SimulatedTree()
    const gm = tree.add()
    const names = Array.from({ length: 2000 }, (_, at) => `${at}`.padEnd(200, 'x'))
    gm.on(...names)
    const child = Attacker.below(tree, gm).join(gm)
    await tree.settle()
    assert.deepEqual(
      child.interests().flatMap(({ add }) => add),
      names,
    )
    const sizes = child.frames.filter(({ kind }) => kind === FrameKind.interest).map(({ body }) => body.length)
    assert.ok(sizes.length > 10 && sizes.every((size) => size < 34_000))
  })

  it('to more names than are counted is listening to everything', async () => {
    const tree = new SimulatedTree({ maxInterestNames: 3 })
    const gm = tree.add()
    const a = tree.addBelow(gm).on('1', '2', '3', '4', '5')
    const b = tree.addBelow(gm)
    await tree.settle()
    for (const name of ['1', '5', 'other']) b.multicast('broadcast', name)
    await tree.settle()
    assert.deepEqual(
      a.received.map(({ event }) => event),
      ['1', '5'],
    )
    assert.equal(gm.bus.members.wants(gm.neighbour(a), 'whatever'), true)
  })
})

describe('watching', () => {
  it('reports every `offline` while it lasts, listeners or not', async () => {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
    try {
      const tree = new SimulatedTree()
      const gm = tree.add()
      const a = tree.addBelow(gm)
      const lost = [tree.addBelow(gm), tree.addBelow(gm), tree.addBelow(gm)] as const
      await tree.settle()
      const gone: string[] = []
      a.onPresence = ({ event }, pid) => void gone.push(`${event} ${pid}`)
      const lose = async (process: SimulatedProcess) => {
        tree.kill(process)
        await tree.settle()
        return gone.splice(0)
      }
      a.bus.members.setWatching(true)
      await tree.settle()
      assert.deepEqual(await lose(lost[0]), [`offline ${lost[0].pid}`])
      a.bus.members.setWatching(false)
      a.bus.members.setWatching(true)
      mock.timers.tick(1000)
      await tree.settle()
      assert.deepEqual(await lose(lost[1]), [`offline ${lost[1].pid}`])
      a.bus.members.setWatching(false)
      for (let late = 0; late < 3; late++) {
        mock.timers.tick(1000)
        await tree.settle()
      }
      assert.deepEqual(await lose(lost[2]), [])
    } finally {
      mock.timers.reset()
    }
  })
})
