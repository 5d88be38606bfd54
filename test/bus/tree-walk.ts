// Random processes that come, go, move and send, one step after the other, each compared with the model.

import assert from 'node:assert/strict'
import { mock } from 'node:test'
import fc from 'fast-check'
import type { Message } from '../../src/message.js'
import { type Presence, randomFrom, Schedule, SimulatedTree } from './simulated-tree.js'
import { type Member, pidOf, TreeModel, TYPES } from './tree-model.js'

const EVENTS = ['a', 'b'] as const
const NEWS = ['online', 'offline'] as const
const KINDS = ['sendToParents', 'sendToChilds', 'sendToSiblings', 'sendToGrandMaster', 'broadcast'] as const

const index = fc.nat({ max: 1000 })
const event = fc.constantFrom(...EVENTS)
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('spawn' as const), at: index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stranger' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('listen' as const), at: index, event: fc.constantFrom(...EVENTS, ...NEWS) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('unlisten' as const),
      at: index,
      event: fc.constantFrom(...EVENTS, ...NEWS),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom(...KINDS), at: index, event }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('sendToChild' as const, 'sendTo' as const, 'sendToRoute' as const, 'request' as const),
      at: index,
      to: index,
      event,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('move' as const), at: index, to: index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const), at: index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** Runs one step on the simulated processes and on the model, and compares what came of it. */
class Walk {
  readonly tree: SimulatedTree
  readonly model = new TreeModel()
  #sent = 0

  constructor(seed: number) {
    this.tree = new SimulatedTree({ headerRing: 16 }, new Schedule(randomFrom(seed)))
    this.model.add(this.tree.add(), null)
  }

  async run(step: Step): Promise<void> {
    const member = 'at' in step ? this.#member(step.at) : null
    if (step.do === 'stranger' || member === null) this.model.add(this.tree.add(), null)
    else if (step.do === 'spawn') await this.#join(this.model.add(this.tree.add(), null), member)
    else if (step.do === 'listen') await this.#listen(member, step.event, true)
    else if (step.do === 'unlisten') await this.#listen(member, step.event, false)
    else if (step.do === 'kill') await this.#kill(member)
    else if (step.do === 'move') await this.#move(member, this.#member(step.to) as Member)
    else if (step.do === 'wait') mock.timers.tick(1000)
    else if ('to' in step) await this.#target(step.do, member, this.#member(step.to) as Member, step.event)
    else await this.#multicast(step.do, member, step.event)
    await this.tree.settle()
    this.model.assertKnowledge()
    this.#assertQuiet()
  }

  #member(at: number): Member | null {
    return this.model.members[at % this.model.members.length] ?? null
  }

  async #listen(member: Member, name: string, listening: boolean): Promise<void> {
    if (listening) member.process.on(name)
    else member.process.off(name)
    if (listening) member.listens.add(name)
    else member.listens.delete(name)
    await this.tree.settle()
  }

  async #join(member: Member, parent: Member): Promise<void> {
    const told = this.model.sameTree(parent)
    this.tree.join(member.process, parent.process)
    await this.tree.settle()
    const newcomers = this.model.subtree(member)
    member.parent = parent
    for (const listener of told) {
      const expected = newcomers.map((newcomer) => ['online', pidOf(newcomer), this.model.path(newcomer, listener)])
      const news = listener.process.presence.splice(0)
      assert.deepEqual(brief(news).sort(), listener.listens.has('online') ? expected.sort() : [])
      this.#assertOrder(news, -1)
    }
  }

  async #move(member: Member, parent: Member): Promise<void> {
    if (member.parent !== null) {
      const lost = this.model.subtree(member)
      const { parent: old } = member
      const depths = new Map(lost.map((one) => [pidOf(one), this.model.depth(one)]))
      this.tree.cut(member.process)
      await this.tree.settle()
      member.parent = null
      this.#assertLoss(this.model.sameTree(old), old, lost.map(pidOf), depths)
      this.#assertLoss(lost, member, [pidOf(old)], null)
    }
    if (!this.model.subtree(member).includes(parent)) {
      await this.#join(member, parent)
      return
    }
    this.tree.join(member.process, parent.process)
    await this.tree.settle()
    const refusals = [member, parent].flatMap(({ process }) => process.refusals.splice(0).map(({ code }) => code))
    assert.ok(refusals.length > 0 && refusals.every((code) => code === 'ERR_IPEM_RING'), `a ring: ${refusals}`)
  }

  async #kill(member: Member): Promise<void> {
    const { parent } = member
    const lost = this.model.subtree(member)
    const depths = new Map(lost.map((one) => [pidOf(one), this.model.depth(one)]))
    const orphans = this.model.children(member)
    this.model.remove(member)
    this.tree.kill(member.process)
    await this.tree.settle()
    if (parent !== null) this.#assertLoss(this.model.sameTree(parent), parent, lost.map(pidOf), depths)
    for (const orphan of orphans) this.#assertLoss(this.model.subtree(orphan), orphan, [pidOf(member)], null)
  }

  /** Everybody who listens hears of each lost process once, the deepest first, over the way from the reporter. */
  #assertLoss(told: Member[], reporter: Member, lost: string[], depths: Map<string, number> | null): void {
    for (const listener of told) {
      const way = this.model.path(reporter, listener)
      const news = listener.process.presence.splice(0)
      const expected = listener.listens.has('offline') ? lost.map((pid) => ['offline', pid, way]) : []
      assert.deepEqual(brief(news).sort(), expected.sort())
      if (depths === null) continue
      const order = news.map(({ pid }) => depths.get(pid) as number)
      assert.deepEqual(
        order,
        [...order].sort((a, b) => b - a),
        'the deepest first',
      )
    }
  }

  #assertOrder(news: Presence[], sign: 1 | -1): void {
    const depth = ({ pid }: Presence) =>
      this.model.depth(this.model.members.find((one) => pidOf(one) === pid) as Member)
    const order = news.map(depth)
    assert.deepEqual(
      order,
      [...order].sort((a, b) => sign * (b - a)),
      'parents first',
    )
  }

  async #multicast(kind: (typeof KINDS)[number], from: Member, name: string): Promise<void> {
    const before = this.#decoded()
    from.process.multicast(kind, name, ++this.#sent)
    await this.tree.settle()
    const receivers = this.model.addressees(kind, from).filter(({ listens }) => listens.has(name))
    await this.#assertReceived(kind, from, receivers, name, before)
  }

  async #target(kind: string, from: Member, to: Member, name: string): Promise<void> {
    const before = this.#decoded()
    const { process } = from
    const near = this.model.sameTree(from).includes(to)
    const args = [name, ++this.#sent] as const
    if (kind === 'sendToChild') process.sendToChild(pidOf(to), ...args)
    else if (kind === 'sendTo') process.sendTo(pidOf(to), ...args)
    else if (kind === 'request') process.request(pidOf(to), name, this.#sent, this.#sent)
    else process.sendTo(near ? this.model.path(to, from) : [pidOf(to), pidOf(from)], ...args)
    await this.tree.settle()
    const reachable = kind === 'sendToChild' ? to.parent === from : near
    if (!reachable) {
      const [report, ...others] = process.undelivered.splice(0)
      assert.equal(others.length, 0)
      assert.ok(report !== undefined, 'the origin is told')
      assert.equal(report.error.code, 'ERR_IPEM_UNREACHABLE')
      assert.equal(report.requestId, kind === 'request' ? this.#sent : 0)
      assert.deepEqual((report.error.undelivered as Message).args, [this.#sent])
      return
    }
    if (kind === 'request') {
      const asked = to.process.control
        .splice(0)
        .map(({ message, requestId }) => [message.pids, message.args, requestId])
      assert.deepEqual(asked, [[this.model.path(from, to), [this.#sent], this.#sent]])
      return
    }
    await this.#assertReceived(kind, from, to.listens.has(name) ? [to] : [], name, before, pidOf(to))
  }

  /** Exactly once each, nobody else, with the right anatomy; and an answer along `pids` comes back. */
  async #assertReceived(kind: string, from: Member, receivers: Member[], name: string, decoded: number, to?: string) {
    for (const member of this.model.members) {
      const messages = member.process.received.splice(0)
      const anatomy = {
        from: pidOf(from),
        pids: this.model.path(from, from),
        type: TYPES[kind],
        event: name,
        args: [this.#sent],
      }
      const expected = receivers.includes(member) ? [{ ...anatomy, pids: this.model.path(from, member) }] : []
      assert.deepEqual(
        messages,
        to === undefined ? expected : expected.map((message) => ({ ...message, to, route: [] })),
      )
      for (const { pids } of messages) assert.equal(new Set(pids).size, pids.length)
    }
    const remote = receivers.filter((member) => member !== from)
    assert.equal(this.#decoded() - decoded, remote.length, 'only receivers decode')
    if (remote.length === 0 || name === 'back') return
    const first = remote[0] as Member
    await this.#listen(from, 'back', true)
    first.process.sendTo(this.model.path(from, first), 'back', ++this.#sent)
    await this.tree.settle()
    await this.#assertReceived('sendToRoute', first, [from], 'back', this.#decoded() - 1, pidOf(from))
  }

  #decoded(): number {
    return this.model.members.reduce((sum, { process }) => sum + process.bus.decoded, 0)
  }

  /** Nothing else has happened anywhere. */
  #assertQuiet(): void {
    for (const { process } of this.model.members) {
      const { received, control, presence, undelivered, unreadable, refusals } = process
      assert.deepEqual(
        { received, control, presence, undelivered, unreadable, refusals },
        {
          received: [],
          control: [],
          presence: [],
          undelivered: [],
          unreadable: [],
          refusals: [],
        },
      )
    }
  }
}

function brief(news: Presence[]): unknown[] {
  return news.map(({ event: name, pid, message }) => [name, pid, [...message.pids]])
}

/** Random runs of all that. */
export async function walk(numRuns: number): Promise<void> {
  const runs = fc.tuple(fc.integer(), fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }))
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  try {
    await fc.assert(
      fc.asyncProperty(runs, async ([seed, steps]) => {
        const one = new Walk(seed)
        for (const next of steps) await one.run(next)
      }),
      { numRuns, includeErrorInReport: true },
    )
  } finally {
    mock.timers.reset()
  }
}
