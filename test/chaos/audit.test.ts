import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { audit, type Round, wayOf } from './audit.js'
import type { Entry } from './ledger.js'

/** 1 ── 2 ── 4, 1 ── 3 */
const shape = new Map([
  [1, null],
  [2, 1],
  [3, 1],
  [4, 2],
])

const sent = (other: number, ...seqs: number[]): Entry[] => seqs.map((seq) => ({ what: 'sent', other, seq }))
const received = (other: number, ...seqs: number[]): Entry[] => seqs.map((seq) => ({ what: 'received', other, seq }))

function round(entries: Record<number, Entry[]>, more: Partial<Round> = {}): Round {
  const all = new Map(Object.entries(entries).map(([number, list]) => [Number(number), list]))
  return { entries: all, before: shape, after: shape, touched: new Set(), ...more }
}

const faultsOf = (round: Round, last = new Map<string, number>()): string[] => audit(round, last).faults

describe('an audit of what was written down', () => {
  it('has nothing to say where all arrived in order', () => {
    const { single, faults } = audit(round({ 4: sent(3, 1, 2, 3), 3: received(4, 1, 2, 3) }), new Map())
    assert.deepEqual([single, faults], [{ sent: 3, arrived: 3, returned: 0, lost: 0 }, []])
  })

  it('finds what is missing on a way without faults', () => {
    assert.match(faultsOf(round({ 4: sent(3, 1, 2), 3: received(4, 2) })).join(), /3 never got 1 of 4/)
  })

  it('finds what came twice, or out of order, in one round or over several', () => {
    assert.match(faultsOf(round({ 4: sent(3, 1), 3: received(4, 1, 1) })).join(), /received 1 of 4 after 1/)
    assert.match(faultsOf(round({ 4: sent(3, 1, 2), 3: received(4, 2, 1) })).join(), /received 1 of 4 after 2/)
    const last = new Map<string, number>()
    faultsOf(round({ 4: sent(3, 1), 3: received(4, 1) }), last)
    assert.match(faultsOf(round({ 4: sent(3, 2), 3: received(4, 1) }), last).join(), /received 1 of 4 after 1/)
  })

  it('counts as lost what had a fault on its way, or a way that changed, and nothing else', () => {
    const entries = { 4: sent(3, 1), 3: sent(1, 1) }
    const killed = audit(round(entries, { touched: new Set([2]) }), new Map())
    assert.equal(killed.single.lost, 1)
    assert.match(killed.faults.join(), /^1 never got 1 of 3/)
    const after = new Map([...shape, [4, 1]]) as Map<number, number | null>
    assert.equal(audit(round({ 4: sent(3, 1) }, { after }), new Map()).single.lost, 1)
  })

  it('takes nothing for lost that was sent when the tree was whole again', () => {
    const entries = { 4: [...sent(3, 1), { what: 'mark' } as const, ...sent(3, 2)] }
    assert.match(faultsOf(round(entries, { touched: new Set([2]) })).join(), /^3 never got 2 of 4[^3]*$/)
  })

  it('accepts what was told to the sender, one by one or as a count, and not one more', () => {
    const returned: Entry = { what: 'returned', other: 3, seq: 1 }
    assert.equal(audit(round({ 4: [...sent(3, 1), returned] }), new Map()).single.returned, 1)
    const refused = (count: number, ended: boolean): Entry => ({ what: 'refused', count, ended })
    const told = [refused(1, false), refused(2, true)]
    assert.deepEqual(faultsOf(round({ 4: [...sent(3, 1, 2), ...told] })), [])
    assert.match(faultsOf(round({ 4: [...sent(3, 1, 2, 3), ...told] })).join(), /4 misses 3, and 2 were told/)
  })

  it('asks of an event for all that everybody got it who was there all the time', () => {
    const cast: Entry = { what: 'cast', seq: 1 }
    const heard: Entry = { what: 'heard', other: 1, seq: 1 }
    assert.match(faultsOf(round({ 1: [cast], 2: [heard], 3: [heard], 4: [] })).join(), /^4 never heard 1 of 1/)
    const before = new Map([...shape].filter(([number]) => number !== 4))
    assert.deepEqual(faultsOf(round({ 1: [cast], 2: [heard], 3: [heard], 4: [] }, { before })), [])
  })
})

describe('the way between two processes', () => {
  it('leads over the nearest one above both', () => {
    assert.deepEqual(wayOf(shape, 4, 3), [4, 2, 1, 3])
    assert.deepEqual(wayOf(shape, 4, 2), [4, 2])
    assert.equal(wayOf(shape, 4, 9), null)
  })
})
