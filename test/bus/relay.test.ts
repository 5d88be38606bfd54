import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { IpemError } from '../../src/errors.js'
import { type Message, MessageType } from '../../src/message.js'
import { FrameKind } from '../../src/wire/frame.js'
import { Attacker } from './attacker.js'
import { pidOf, type SimulatedProcess, SimulatedTree } from './simulated-tree.js'

/** left ── one ── gm ── two ── right: from left to right a message passes three relays. */
async function line(limits: { headerRing?: number } = {}) {
  const tree = new SimulatedTree(limits)
  const gm = tree.add()
  const [one, two] = [tree.addBelow(gm), tree.addBelow(gm)]
  const [left, right] = [tree.addBelow(one), tree.addBelow(two)]
  await tree.settle()
  return { tree, left, one, gm, two, right }
}

/** The bytes of every event frame a process is given, header id and request id cut off. */
function tap(process: SimulatedProcess): Buffer[] {
  const payloads: Buffer[] = []
  const { bus } = process
  const onFrame = bus.onFrame.bind(bus)
  bus.onFrame = (from, kind, bytes, start, end) => {
    if (kind === FrameKind.event) payloads.push(Buffer.from(bytes.subarray(start + 2, end)))
    onFrame(from, kind, bytes, start, end)
  }
  return payloads
}

/** The arguments of the one message that came back. */
function returned({ undelivered }: SimulatedProcess): readonly unknown[] {
  const error = undelivered[0]?.error as IpemError
  return (error.undelivered as Message).args
}

describe('a broadcast', () => {
  it('is encoded once for all links, and not at all where nobody listens', async () => {
    const { tree, gm, one, two, left, right } = await line()
    for (const each of [one, two, left, right]) each.on('ev')
    await tree.settle()
    let reads = 0
    const value = {
      get read() {
        return ++reads
      },
    }
    gm.multicast('broadcast', 'ev', value)
    gm.multicast('broadcast', 'nobody', value)
    await tree.settle()
    assert.equal(reads, 1)
    for (const { received } of [one, two, left, right])
      assert.deepEqual(
        received.map(({ args }) => args),
        [[{ read: 1 }]],
      )
  })

  it('goes only to those who listen', async () => {
    const { tree, gm, one, two, left, right } = await line()
    right.on('ev')
    await tree.settle()
    const others = [one, left].map(tap)
    const way = [two, right].map(tap)
    gm.multicast('broadcast', 'ev', 1)
    await tree.settle()
    assert.deepEqual(others, [[], []])
    assert.deepEqual(
      way.map(({ length }) => length),
      [1, 1],
    )
  })
})

describe('a relay', () => {
  it('decodes nothing of what only passes through', async () => {
    const { tree, left, right, ...relays } = await line()
    right.on('ev')
    left.on('back')
    await tree.settle()
    const value = { list: [1, 'two', null], bytes: Buffer.from([1, 2, 3]) }
    for (let number = 0; number < 10; number++) {
      left.sendTo(right.pid, 'ev', number, value)
      left.multicast('broadcast', 'ev', number, value)
      left.request(right.pid, 'ask', number + 1, value)
    }
    await tree.settle()
    assert.equal(right.received.length, 20)
    assert.deepEqual(right.received[0]?.args, [0, value])
    right.sendTo(right.received[0]?.pids as string[], 'back')
    await tree.settle()
    assert.equal(left.received.length, 1)
    assert.deepEqual(
      Object.values(relays).map(({ bus }) => bus.decoded),
      [0, 0, 0],
    )
    assert.deepEqual([left.bus.decoded, right.bus.decoded], [1, 30])
  })

  it('passes on what came, whatever a listener here does to a Buffer it gets', async () => {
    const { tree, left, one, right } = await line()
    for (const process of [one, right]) process.on('ev')
    await tree.settle()
    one.onArrival = ({ args }) => void (args[0] as Buffer).fill(0)
    for (const size of [100, 16_384, 100_000, 1_000_000]) left.multicast('broadcast', 'ev', Buffer.alloc(size, 7))
    await tree.settle()
    assert.equal(one.received.length, 4)
    for (const { args } of right.received) assert.ok((args[0] as Buffer).every((byte) => byte === 7))
    assert.equal(right.received.length, 4)
  })

  it('decodes once what it listens to itself', async () => {
    const { tree, left, one, gm, two, right } = await line()
    for (const process of [gm, right]) process.on('ev')
    await tree.settle()
    left.multicast('broadcast', 'ev')
    await tree.settle()
    assert.deepEqual(
      [one, gm, two, right].map(({ bus }) => bus.decoded),
      [0, 1, 0, 1],
    )
  })

  it('passes on the very same bytes, also those it could not decode', async () => {
    const { tree, one, gm, two, right } = await line()
    right.on('ev')
    const evil = Attacker.below(tree, one).join(one)
    await tree.settle()
    const taps = [one, gm, two, right].map(tap)
    const payload = Buffer.from('ffc1ee00c1c1c1', 'hex')
    evil.header(0, { type: MessageType.sendTo, to: right.pid })
    evil.send(FrameKind.event, Buffer.concat([Buffer.from([0, 0]), payload]))
    await tree.settle()
    assert.deepEqual(taps, [[payload], [payload], [payload], [payload]])
    assert.equal(right.unreadable.length, 1)
    assert.deepEqual(
      [one, gm, two].map(({ unreadable }) => unreadable.length),
      [0, 0, 0],
    )
  })

  it('sends a header once, and then only its number', async () => {
    const { tree, left, right, gm } = await line()
    right.on('ev')
    await tree.settle()
    let headers = 0
    const { bus } = gm
    const onFrame = bus.onFrame.bind(bus)
    bus.onFrame = (from, kind, ...frame) => {
      if (kind === FrameKind.header) headers++
      onFrame(from, kind, ...frame)
    }
    for (let number = 0; number < 100; number++) left.multicast('broadcast', 'ev', number)
    await tree.settle()
    assert.equal(headers, 1)
    assert.equal(right.received.length, 100)
  })

  it('keeps a thousand headers apart over rings of sixteen', async () => {
    const { tree, left, right } = await line({ headerRing: 16 })
    const names = Array.from({ length: 1000 }, (_, at) => `ev${at}`)
    right.on(...names)
    await tree.settle()
    for (const round of [1, 2]) {
      for (const name of names) left.sendTo(right.pid, name, name, round)
      for (const name of [...names].reverse()) left.multicast('broadcast', name, name, round)
      await tree.settle()
    }
    assert.equal(right.received.length, 4000)
    const expected = [...names, ...[...names].reverse()]
    for (const [at, { event, args, pids }] of right.received.entries()) {
      assert.equal(event, expected[at % 2000])
      assert.deepEqual(args, [event, at < 2000 ? 1 : 2])
      assert.equal(pids.length, 5)
    }
  })

  it('knows headers of one link by the numbers of that link', async () => {
    const { tree, left, right, gm } = await line({ headerRing: 16 })
    gm.on('of left', 'of right')
    await tree.settle()
    for (let number = 0; number < 3; number++) {
      left.multicast('sendToParents', 'of left')
      right.multicast('sendToParents', 'of right')
    }
    await tree.settle()
    assert.deepEqual(
      gm.received.filter(({ event, from }) => from === (event === 'of left' ? left : right).pid).length,
      6,
    )
  })

  it('takes a new header under an old number', async () => {
    const { tree, gm } = await line()
    gm.on('first', 'second')
    const child = Attacker.below(tree, gm).join(gm)
    child.header(7, { event: 'first' }).event(7, 1)
    child.header(7, { event: 'second' }).event(7, 2)
    await tree.settle()
    assert.deepEqual(
      gm.received.map(({ event, args }) => [event, ...args]),
      [
        ['first', 1],
        ['second', 2],
      ],
    )
  })

  it('takes as many numbers as its own ring has, where that is larger than usual', async () => {
    const tree = new SimulatedTree({ headerRing: 10_000 })
    const gm = tree.add().on('ev')
    const child = Attacker.below(tree, gm).join(gm).header(9999, {}).event(9999, 1)
    await tree.settle()
    assert.deepEqual([gm.received.length, child.closed], [1, false])
    child.header(10_000, {})
    await tree.settle()
    assert.equal(child.refusal?.code, 'ERR_IPEM_PROTOCOL')
  })
})

describe('a message that cannot be delivered', () => {
  it('comes back to its origin with its arguments, from wherever the way ends', async () => {
    const { tree, left, gm, right } = await line()
    for (const [process, target] of [
      [left, pidOf(99)],
      [gm, pidOf(99)],
      [left, '1-0000000000'],
    ] as const) {
      process.sendTo(target, 'ev', 'lost', { of: process.pid })
      await tree.settle()
      const [report] = process.undelivered.splice(0)
      assert.equal(report?.error.code, 'ERR_IPEM_UNREACHABLE')
      assert.deepEqual([report.error.pid, report.error.to, report.error.event], [target, target, 'ev'])
      const { undelivered } = report.error as unknown as { undelivered: Record<string, unknown> }
      assert.deepEqual(
        [undelivered.args, undelivered.type, undelivered.from],
        [['lost', { of: process.pid }], 6, process.pid],
      )
    }
    left.sendToChild(right.pid, 'ev')
    assert.equal(left.undelivered.length, 1)
  })

  it('comes back where its process has said goodbye, though its link still stands', async () => {
    const { tree, gm } = await line()
    const child = Attacker.below(tree, gm).join(gm)
    await tree.settle()
    child.deaf().send(FrameKind.bye, Buffer.alloc(0))
    await tree.settle()
    assert.equal(gm.neighbour({ pid: child.pid } as SimulatedProcess).link.closed, false)
    gm.sendTo(child.pid, 'ev', 'too late')
    await tree.settle()
    assert.deepEqual(returned(gm), ['too late'])
  })

  it('comes back without its arguments where they are large', async () => {
    const { tree, left } = await line()
    left.sendTo(pidOf(99), 'ev', 'x'.repeat(70_000))
    await tree.settle()
    assert.deepEqual(returned(left), [])
  })

  it('comes back where no payload may be as large as the notice', async () => {
    const tree = new SimulatedTree({ maxPayload: 64 })
    const gm = tree.add()
    const left = tree.addBelow(tree.addBelow(gm))
    await tree.settle()
    left.sendTo(pidOf(99), 'ev', 'x'.repeat(40))
    await tree.settle()
    assert.deepEqual(returned(left), ['x'.repeat(40)])
    assert.deepEqual(
      tree.processes.flatMap(({ refusals }) => refusals),
      [],
    )
  })

  it('is told of with the number of the request', async () => {
    const { tree, left } = await line()
    left.request(pidOf(99), 'ask', 42)
    await tree.settle()
    assert.deepEqual(
      left.undelivered.map(({ error, requestId }) => [error.code, requestId]),
      [['ERR_IPEM_UNREACHABLE', 42]],
    )
  })

  it('along a route comes back when the route is broken on the way', async () => {
    const { tree, left, right, two } = await line()
    left.on('ev')
    await tree.settle()
    right.sendTo(left.pid, 'ev')
    await tree.settle()
    const { pids } = left.received[0] as { pids: readonly string[] }
    tree.kill(right)
    await tree.settle()
    left.sendTo(pids, 'ev', 1)
    await tree.settle()
    const [report] = left.undelivered
    assert.deepEqual(
      [report?.error.code, report?.error.to, report?.error.reporter],
      ['ERR_IPEM_UNREACHABLE', right.pid, two.pid],
    )
  })

  it('is told of where the link has ended and the end of its process is not reported so far', async () => {
    const { tree, left, two, right, gm } = await line()
    right.on('ev')
    await tree.settle()
    two.onGone = () => {}
    tree.kill(right)
    await tree.settle()
    left.sendTo(right.pid, 'ev', 1)
    left.multicast('broadcast', 'ev', 1)
    gm.request(right.pid, 'ask', 5)
    await tree.settle()
    assert.deepEqual(
      left.undelivered.map(({ error }) => [error.code, error.reporter]),
      [['ERR_IPEM_UNREACHABLE', two.pid]],
    )
    assert.deepEqual(
      gm.undelivered.map(({ error, requestId }) => [error.code, requestId]),
      [['ERR_IPEM_UNREACHABLE', 5]],
    )
  })

  it('tells nobody where it is an answer or a notice', async () => {
    const { tree, left } = await line()
    const { own } = left.bus
    left.bus.send(
      own.routed(MessageType.answer, '', [pidOf(99), left.bus.members.parent?.pid as string, left.pid]),
      [],
      3,
    )
    left.bus.send(own.targeted(MessageType.notice, '', pidOf(99)), [], 3)
    await tree.settle()
    assert.deepEqual(
      tree.processes.flatMap(({ undelivered, control }) => [...undelivered, ...control]),
      [],
    )
  })
})

describe('a link that ends', () => {
  it('while a message is being forwarded costs nobody else that message', async () => {
    const tree = new SimulatedTree()
    const gm = tree.add()
    const children = [tree.addBelow(gm), tree.addBelow(gm), tree.addBelow(gm)] as const
    await tree.settle()
    for (const child of children) child.on('ev')
    await tree.settle()
    const [first, second] = [gm.neighbour(children[0]).link, gm.neighbour(children[1]).link]
    const { sendEvent } = first
    first.sendEvent = (...event) => {
      second.destroy()
      sendEvent.apply(first, event)
    }
    gm.multicast('sendToChilds', 'ev')
    await tree.settle()
    assert.deepEqual(
      children.map(({ received }) => received.length),
      [1, 0, 1],
    )
    assert.equal(gm.bus.members.children.size, 2)
  })
})
