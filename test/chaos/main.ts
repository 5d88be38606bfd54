// npm run test:chaos -- [--seed N] [--seconds S]

import { parseArgs } from 'node:util'
import { runChaos } from './chaos.js'
import { summaryOf } from './summary.js'

const { values } = parseArgs({ options: { seed: { type: 'string' }, seconds: { type: 'string', default: '30' } } })
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32))
const seconds = Number(values.seconds)
if (!Number.isInteger(seed) || !(seconds > 0)) throw new Error('Expected --seed to be an integer, --seconds a number')
console.log(`chaos for ${seconds} s, again with: npm run test:chaos -- --seed ${seed} --seconds ${seconds}`)
const result = await runChaos({
  seed,
  seconds,
  onRound: (round, { single }) => {
    if (process.stderr.isTTY) process.stderr.write(`\rround ${round}, ${single.sent} events `)
  },
})
console.log(summaryOf(result))
process.exitCode = result.faults.length > 0 ? 1 : 0
