// How far ipem reaches: measured ratios beside what is aimed at. Ratios are medians over pairs of runs that stood side
// by side, ipem ÷ the other.

import { majorOf } from './facts.js'
import { higherIsBetter, pairedRatio, summarize } from './statistics.js'

const PEERS = ['node-ipc', 'zeromq', 'nats', 'axon']

const atLeast = (limit) => ({ limit, text: `≥ ${limit} ×`, meets: (ratio) => ratio >= limit })
const atMost = (limit) => ({ limit, text: `≤ ${limit} ×`, meets: (ratio) => ratio <= limit })
const below = (limit, unit) => ({ limit, text: `≤ ${limit} ${unit}`, meets: (value) => value <= limit, unit })

/** `against` is another contender, `best peer`, or missing where the figure itself is aimed at. */
const targets = (major) => [
  ['One way, 100 B object', 'one-way/object', 'events/s', atLeast(3), 'process.send'],
  ['One way, 100 B object', 'one-way/object', 'events/s', atLeast(major < 24 ? 6 : 4), 'process.send advanced'],
  ['One way, 100 B object', 'one-way/object', 'events/s', atLeast(2), 'best peer'],
  ['One way, 100 B object', 'one-way/object', 'events/s', atLeast(0.2), 'bare pipe'],
  ['One way, a number', 'one-way/number', 'events/s', atLeast(0.4), 'bare pipe'],
  ['One way, a Map and a Date', 'one-way/structured', 'events/s', atLeast(2.5), 'process.send advanced'],
  ['One way, 1 MiB Buffers', 'one-way/buffer-1m', 'MB/s', atLeast(0.8), 'bare pipe'],
  ['Sender CPU, 100 B object', 'one-way/object', 'sender µs/event', atMost(0.25), 'process.send'],
  ['Round trip, p50', 'round-trip/1', 'p50 µs', atMost(1), 'process.send'],
  ['Round trip, p99', 'round-trip/1', 'p99 µs', atMost(1), 'process.send'],
  ['Relay CPU, siblings', 'relay/siblings', 'relay µs/event', atMost(0.333), 'process.send'],
  ['Relay rate, siblings', 'relay/siblings', 'events/s', atLeast(3), 'process.send'],
  ['Broadcast to 8', 'broadcast/8', 'deliveries/s', atLeast(4), 'process.send'],
  ['Multicast, nobody interested', 'nobody', 'ns/broadcast', below(100, 'ns')],
  ['Interest of 10,000 once cycles', 'once-cycles', 'interest frames', below(16, 'frames')],
  ['Local emit', 'local-emit', 'ns/emit', atMost(1.3), 'eventemitter3'],
  ['Import', 'import', 'ms over bare Node', below(25, 'ms')],
]

/** Rows of `{ what, target, measured, reached }`; `reached` is null where there is nothing to compare. */
export function reach(results) {
  return targets(majorOf(results.facts)).map(([what, id, figure, target, against]) => {
    const work = results.works.find((work) => work.id === id)
    const runsOf = (name) => work?.contenders.find((each) => each.name === name && each.runs.length > 0)?.runs
    const own = runsOf('ipem')
    const otherName = against === 'best peer' ? bestPeer(runsOf, figure) : against
    const other = against === undefined ? null : runsOf(otherName)
    const name = against === 'best peer' ? `best peer (${otherName ?? 'none'})` : (against ?? '')
    const row = { what, target: `${target.text} ${name}`.trim(), measured: 'not measured', reached: null }
    if (own === undefined || other === undefined) return row
    const number = other === null ? summarize(own, figure).median : pairedRatio(own, other, figure)
    const measured = `${format(number)} ${target.unit ?? '×'}`
    return { ...row, measured, reached: target.meets(number) }
  })
}

function bestPeer(runsOf, figure) {
  const sign = higherIsBetter(figure) ? -1 : 1
  const measured = PEERS.filter((name) => runsOf(name) !== undefined)
  return measured.sort((a, b) => sign * (median(a) - median(b)))[0]
  function median(name) {
    return summarize(runsOf(name), figure).median
  }
}

const format = (number) => (number >= 10 ? number.toFixed(0) : number.toFixed(2))
