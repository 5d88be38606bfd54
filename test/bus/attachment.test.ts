import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import { IpemError } from '../../src/errors.js'
import { FrameKind } from '../../src/wire/frame.js'
import { encodeRefuse } from '../../src/wire/handshake.js'
import { Attacker } from './attacker.js'
import { type SimulatedProcess, SimulatedTree } from './simulated-tree.js'
import { TreeModel } from './tree-model.js'

const NOTHING = Buffer.alloc(0)

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'setInterval'] }))
afterEach(() => mock.timers.reset())

/** gm with one child that the test speaks for. */
async function pair() {
  const tree = new SimulatedTree({ highWaterMark: 2000 })
  const gm = tree.add().on('ev', 'offline')
  const child = Attacker.below(tree, gm).join(gm)
  await tree.settle()
  const [attachment] = gm.attachments.values()
  assert.ok(attachment !== undefined)
  return { tree, gm, child, attachment }
}

describe('an attached link', () => {
  it('answers a ping', async () => {
    const { tree, child } = await pair()
    child.send(FrameKind.ping, NOTHING).send(FrameKind.pong, NOTHING)
    await tree.settle()
    assert.deepEqual(child.kinds().slice(-1), ['pong'])
  })

  it('keeps no answers for a neighbour that does not read, and gives one for each ping when it does', async () => {
    const { tree, gm, child } = await pair()
    child.deaf()
    for (let n = 0; n < 20_000; n++) child.send(FrameKind.ping, NOTHING)
    await tree.settle()
    const { link } = gm.neighbour({ pid: child.pid } as SimulatedProcess)
    assert.ok(link.queuedBytes < 4000, `${link.queuedBytes} bytes wait`)
    assert.equal(child.closed, false)
    child.hearing()
    await tree.settle()
    assert.equal(child.kinds().filter((kind) => kind === 'pong').length, 20_000)
  })

  it('never takes a large message for unread news', async () => {
    const tree = new SimulatedTree({
      hardLimit: 1000,
      highWaterMark: 1000,
      maxPayload: 100_000_000,
      maxFrame: 100_065_536,
    })
    const gm = tree.add()
    const child = tree.addBelow(gm).on('ev')
    await tree.settle()
    gm.multicast('broadcast', 'ev', Buffer.alloc(60_000_000))
    gm.on('news')
    await tree.settle()
    assert.deepEqual([child.received.length, gm.bus.members.children.size], [1, 1])
  })

  it('gives up a neighbour that does not read the news of the tree, before they fill the memory', async () => {
    const tree = new SimulatedTree({ hardLimit: 1_000_000, maxInterestNames: 1_000_000 })
    const gm = tree.add()
    const child = Attacker.below(tree, gm).join(gm)
    await tree.settle()
    child.deaf()
    for (let n = 0; n < 250_000 && gm.bus.members.children.size > 0; n++) {
      gm.on(`${n}`.padEnd(250, 'x'))
      if (n % 1000 === 0) await tree.settle()
    }
    await tree.settle()
    assert.equal(gm.bus.members.children.size, 0)
  })

  it('says goodbye to a goodbye, and ends: what came before it is heard', async () => {
    const { tree, gm, child, attachment } = await pair()
    child.header(0, {}).event(0, 'last words').send(FrameKind.bye, NOTHING)
    await tree.settle()
    assert.equal(attachment.saidBye, true)
    assert.deepEqual(child.kinds().slice(-1), ['bye'])
    assert.deepEqual([child.closed, gm.bus.members.children.size], [true, 0])
    assert.deepEqual(
      gm.received.map(({ args }) => args),
      [['last words']],
    )
    assert.deepEqual(
      gm.presence.map(({ event, message }) => [event, message.args]),
      [['offline', [child.pid, { code: null, signal: null, reason: 'bye' }]]],
    )
  })

  it('ends when the other side refuses, and says why', async () => {
    const { tree, gm, child } = await pair()
    child.send(FrameKind.refuse, encodeRefuse(new IpemError('ERR_IPEM_RING', 'no')))
    await tree.settle()
    assert.deepEqual(
      gm.refusals.map(({ code }) => code),
      ['ERR_IPEM_RING'],
    )
    assert.equal(gm.bus.members.children.size, 0)
  })

  it('pings a neighbour that is watched, and gives it up after so many silent rounds', async () => {
    const { tree, child, attachment } = await pair()
    let dead = 0
    attachment.watch(100, 2, () => dead++)
    for (let round = 0; round < 5; round++) {
      mock.timers.tick(100)
      await tree.settle()
      assert.deepEqual(child.kinds().slice(-1), ['ping'])
      child.send(FrameKind.pong, NOTHING)
      await tree.settle()
    }
    assert.equal(dead, 0)
    for (let round = 0; round < 3; round++) {
      mock.timers.tick(100)
      await tree.settle()
    }
    assert.equal(dead, 1)
  })

  it('takes nobody for dead to whom it does not listen itself', async () => {
    const { tree, gm, attachment, child } = await pair()
    const slow = tree.addBelow(gm)
    await tree.settle()
    let dead = 0
    attachment.watch(100, 2, () => dead++)
    slow.freeze()
    child.header(0, { type: 6, to: slow.pid })
    for (let count = 0; count < 10; count++) {
      child.event(0, 'x'.repeat(1000))
      await tree.settle()
    }
    assert.equal(attachment.neighbour.heldBy?.size, 1)
    for (let round = 0; round < 6; round++) {
      mock.timers.tick(100)
      await tree.settle()
    }
    assert.equal(dead, 0)
    slow.thaw()
    await tree.settle()
    for (let round = 0; round < 3; round++) {
      mock.timers.tick(100)
      await tree.settle()
    }
    assert.equal(dead, 1)
  })

  it('leaves nothing behind when it ends, a thousand times', async () => {
    const { tree, gm, child } = await pair()
    child.leave()
    await tree.settle()
    const watcher = tree.addBelow(gm)
    await tree.settle()
    for (let round = 0; round < 1000; round++) {
      const guest = Attacker.below(tree, gm)
        .join(gm)
        .interest([`only ${round}`])
        .header(0, {})
        .event(0, round)
      await tree.settle()
      guest.leave()
      await tree.settle()
    }
    assert.equal(gm.received.length, 1000)
    for (let late = 0; late < 2; late++) {
      mock.timers.tick(1000)
      await tree.settle()
    }
    assert.equal(gm.attachments.size, 1)
    TreeModel.of(tree.processes).assertKnowledge()
    const { members } = watcher.bus
    assert.ok(
      Array.from({ length: 1000 }, (_, round) => round).every(
        (round) => !members.wants(watcher.neighbour(gm), `only ${round}`),
      ),
    )
    const next = Attacker.below(tree, gm).join(gm)
    await tree.settle()
    assert.deepEqual(next.interests(), [{ add: ['ev', 'offline'], remove: [] }])
  })
})
