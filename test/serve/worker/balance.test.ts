import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type LoadFacts, passTo } from '../../../src/serve/worker/balance.js'

type Loads = Readonly<Record<string, readonly [total: number, aged: number]>>

const asMap = (loads: Loads) =>
  new Map(Object.entries(loads).map(([pid, [total, aged]]): [string, LoadFacts] => [pid, { total, aged }]))

describe('who should have a new connection', () => {
  const rows: [
    title: string,
    own: [total: number, aged: number, longShare: number],
    others: Loads,
    pid: string | null,
  ][] = [
    ['this one, when it is alone', [100, 100, 1], {}, null],
    ['this one, when all have as many', [3, 0, 1], { a: [3, 0], b: [3, 0] }, null],
    ['this one, when another one has one less', [3, 0, 1], { a: [2, 0] }, null],
    ['another one, when it has two less', [3, 0, 1], { a: [1, 0] }, 'a'],
    ['this one, when it has fewest', [1, 0, 1], { a: [5, 0], b: [9, 0] }, null],
    ['the one that has fewest', [9, 0, 1], { a: [5, 0], b: [3, 0], c: [4, 0] }, 'b'],
    ['the first of equals', [9, 0, 1], { a: [5, 0], b: [3, 0], c: [3, 0] }, 'b'],
    ['the first one, when it has just two less and so have others', [3, 0, 1], { a: [1, 0], b: [1, 0] }, 'a'],
    ['another one at once, when this one has its first two', [2, 0, 1], { a: [0, 0] }, 'a'],
    ['this one, where connections are short and none has become old', [50, 1, 0.1], { a: [0, 0] }, null],
    ['another one, where they are short and it has fewer of the old', [5, 9, 0.19], { a: [50, 7] }, 'a'],
    ['the one with fewest in all, where a fifth lives long', [9, 0, 0.2], { a: [1, 99] }, 'a'],
  ]
  for (const [title, [total, aged, longShare], others, pid] of rows) {
    it(title, () => assert.equal(passTo({ total, aged, longShare }, asMap(others)), pid))
  }

  const load = fc.record({ total: fc.nat(20), aged: fc.nat(20) })

  it('is never one that would have more than this one, and always one that has fewest', () => {
    fc.assert(
      fc.property(
        load,
        fc.dictionary(fc.string(), load),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (own, rest, longShare) => {
          const others = new Map(Object.entries(rest))
          const pid = passTo({ ...own, longShare }, others)
          const key = longShare < 0.2 ? 'aged' : 'total'
          const fewest = Math.min(...[...others.values()].map((each) => each[key]))
          if (pid === null) assert.ok(own[key] - 1 <= fewest)
          else assert.ok(others.get(pid)?.[key] === fewest && fewest + 1 < own[key])
        },
      ),
    )
  })
})

describe('four workers that accept 64 long connections', () => {
  const WORKERS = ['a', 'b', 'c', 'd']
  const CONNECTIONS = 64

  /** Who wakes takes a burst; each connection is passed on by what everybody knows. */
  function accept(bursts: Iterator<readonly [worker: number, size: number]>): number[] {
    const totals = new Map(WORKERS.map((pid) => [pid, 0]))
    for (let open = 0; open < CONNECTIONS; ) {
      const [worker, size] = bursts.next().value as readonly [number, number]
      const pid = WORKERS[worker] as string
      for (let n = 0; n < size && open < CONNECTIONS; n++, open++) {
        const others = new Map(
          [...totals].filter(([other]) => other !== pid).map(([other, total]) => [other, { total, aged: total }]),
        )
        const own = (totals.get(pid) ?? 0) + 1
        const to = passTo({ total: own, aged: own, longShare: 1 }, others) ?? pid
        totals.set(to, (totals.get(to) ?? 0) + 1)
      }
    }
    return [...totals.values()]
  }

  const apart = (totals: readonly number[]) => Math.max(...totals) / Math.min(...totals)

  it('have about the same, whoever wakes', () => {
    const burst = fc.tuple(fc.nat(WORKERS.length - 1), fc.integer({ min: 1, max: 32 }))
    fc.assert(
      fc.property(fc.infiniteStream(burst), (bursts) => {
        const totals = accept(bursts)
        assert.equal(
          totals.reduce((sum, each) => sum + each),
          CONNECTIONS,
        )
        assert.ok(apart(totals) <= 1.5, totals.join(', '))
      }),
    )
  })

  it('have about the same, where one of them always wakes first', () => {
    const totals = accept([[0, CONNECTIONS] as const].values())
    assert.ok(apart(totals) <= 1.5, totals.join(', '))
  })
})
