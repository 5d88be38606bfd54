// A short look that ipem has not become slow: ratios beside process.send, with a wide margin. Needs no peers.

import { endWithUs, measure } from './lib/measure.js'
import { pairedRatio } from './lib/statistics.js'

const RUNS = 3
const SPEC = { workload: 'one-way', value: 'object', warmMs: 150, ms: 400, timeoutMs: 9000 }

const limits = [
  { figure: 'events/s', text: 'at least 1.2', holds: (ratio) => ratio >= 1.2 },
  { figure: 'sender µs/event', text: 'at most 0.7', holds: (ratio) => ratio <= 0.7 },
]

endWithUs()
const own = []
const other = []
for (let run = 0; run < RUNS; run++) {
  own.push(await measure({ ...SPEC, adapter: 'ipem' }))
  other.push(await measure({ ...SPEC, adapter: 'process-send' }))
}
for (const { figure, text, holds } of limits) {
  const ratio = pairedRatio(own, other, figure)
  const held = holds(ratio)
  if (!held) process.exitCode = 1
  console.log(`${held ? 'ok' : 'SLOW'}: ${figure}, ipem ÷ process.send is ${ratio.toFixed(2)}, expected ${text}`)
}
