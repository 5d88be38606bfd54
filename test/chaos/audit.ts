// What became of every event of one round, from what each process wrote down. Pure: the tests of the chaos itself show
// that it finds what it should.

import { joinWays } from '../tree-way.js'
import type { Entry } from './ledger.js'

/** The tree at one moment, by the numbers of the processes: each with its parent, the grand master with null. */
export type Shape = ReadonlyMap<number, number | null>

export interface Round {
  readonly entries: ReadonlyMap<number, readonly Entry[]>
  /** When it began, and when it was over; both times nothing was on its way. */
  readonly before: Shape
  readonly after: Shape
  /** Who was killed, crashed or left in between, or had a link cut. */
  readonly touched: ReadonlySet<number>
}

export interface Counts {
  sent: number
  arrived: number
  /** Told to the sender, as unreachable or refused. */
  returned: number
  /** Neither, and its way led past a fault of this round. */
  lost: number
}

/** The last one that each process had of each other one, over all rounds: `3<1` for those of 1 at 3. */
export type Last = Map<string, number>

export interface Audit {
  /** Events from one process to another. */
  readonly single: Counts
  /** Events for all, once for each process that was there all the time. */
  readonly multiple: Counts
  /** What must not be. */
  readonly faults: string[]
}

export function audit(round: Round, last: Last): Audit {
  const faults: string[] = []
  const single = { sent: 0, arrived: 0, returned: 0, lost: 0 }
  const multiple = { sent: 0, arrived: 0, returned: 0, lost: 0 }
  const had = new Map<string, Set<number>>()
  for (const [number, entries] of round.entries) {
    for (const entry of entries) {
      if (entry.what !== 'received' && entry.what !== 'heard') continue
      const key = keyOf(entry.what, number, entry.other)
      const before = last.get(key) ?? 0
      if (entry.seq <= before) {
        faults.push(`${number} got ${entry.what} ${entry.seq} of ${entry.other} after ${before}`)
      }
      last.set(key, entry.seq)
      had.set(key, (had.get(key) ?? new Set()).add(entry.seq))
    }
  }
  for (const [number, entries] of round.entries) {
    const own = ownOf(entries)
    let missing = 0
    for (const { to, seq, marked } of own.sent) {
      single.sent++
      if (had.get(keyOf('received', to, number))?.has(seq)) {
        single.arrived++
        if (own.returned.has(`${to} ${seq}`)) faults.push(`${to} got ${seq} of ${number}, who was told that it did not`)
      } else if (own.returned.delete(`${to} ${seq}`)) single.returned++
      else if (isSafe(round, number, to, marked)) {
        missing++
        if (own.refused === 0) faults.push(`${to} never got ${seq} of ${number}, on a way without faults`)
      } else single.lost++
    }
    for (const { seq, marked } of own.casts) {
      for (const to of round.after.keys()) {
        if (to === number || !round.before.has(to)) continue
        multiple.sent++
        if (had.get(keyOf('heard', to, number))?.has(seq)) multiple.arrived++
        else if (own.refused > 0) multiple.returned++
        else if (!isSafe(round, number, to, marked)) multiple.lost++
        else faults.push(`${to} never heard ${seq} of ${number}, on a way without faults`)
      }
    }
    // Refusals are counts, not names: of those for a process behind a fault nobody knows whether they were counted.
    single.returned += missing
    const most = own.refused + own.unknown
    if (own.refused > 0 && missing > most) faults.push(`${number} misses ${missing}, and ${most} were told to it`)
  }
  return { single, multiple, faults }
}

const keyOf = (what: 'received' | 'heard', at: number, of: number): string => `${what} ${at}<${of}`

function ownOf(entries: readonly Entry[]) {
  const sent: { to: number; seq: number; marked: boolean }[] = []
  const casts: { seq: number; marked: boolean }[] = []
  const returned = new Set<string>()
  let marked = false
  let refused = 0
  let open = 0
  let unknown = 0
  for (const entry of entries) {
    if (entry.what === 'mark') marked = true
    else if (entry.what === 'sent') sent.push({ to: entry.other, seq: entry.seq, marked })
    else if (entry.what === 'cast') casts.push({ seq: entry.seq, marked })
    else if (entry.what === 'returned') {
      if (entry.other === 0) unknown++
      else returned.add(`${entry.other} ${entry.seq}`)
    } else if (entry.what === 'refused') {
      open += entry.ended ? -1 : 1
      if (entry.ended) refused += entry.count
    }
  }
  // A row that is not over has at least the one it began with.
  return { sent, casts, returned, refused: refused + Math.max(0, open), unknown }
}

/** Nothing on its way broke while it may have been on it. */
function isSafe({ before, after, touched }: Round, from: number, to: number, marked: boolean): boolean {
  const now = wayOf(after, from, to)
  if (now === null) return false
  if (marked) return true
  const then = wayOf(before, from, to)
  return then !== null && then.join() === now.join() && !now.some((number) => touched.has(number))
}

/** The processes between two, both included; null where one of them is not there. */
export function wayOf(shape: Shape, from: number, to: number): number[] | null {
  return joinWays(ancestorsOf(shape, from), ancestorsOf(shape, to)) ?? null
}

function ancestorsOf(shape: Shape, number: number): number[] {
  const parent = shape.get(number)
  if (parent === undefined) return []
  return parent === null ? [number] : [number, ...ancestorsOf(shape, parent)]
}
