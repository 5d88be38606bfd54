// One measurement of one work with one adapter, in a process of its own; prints a line of JSON.
//
//   node contest.js ADAPTER WORK COUNT [VALUE]
import { fileURLToPath } from 'node:url'
import { cpuWatch, pump } from './lib/cpu.js'
import { values } from './lib/values.js'

const [adapter = 'ipem', work = 'one-way', count = '100000', valueName = 'object'] = process.argv.slice(2)
const { parent } = await import(`./adapters/${adapter}.js`)
const { run, children } = await import(`./workloads/${work}.js`)
const file = fileURLToPath(new URL('child.js', import.meta.url))
const channel = await parent(file, children, { ...process.env, BENCH_ADAPTER: adapter })

/** Waits for so many reports of a kind from the children. */
const waiting = []
channel.onMessage((index, value) => {
  if (value?.report === undefined) echoes(index, value)
  else for (const each of waiting) each(index, value)
})
let echoes = () => {}
const reports = (kind, number) =>
  new Promise((resolve) => {
    const got = []
    waiting.push((index, value) => {
      if (value.report === kind && got.push({ index, ...value }) === number) resolve(got)
    })
  })

const result = await run({
  channel,
  count: Number(count),
  value: values[valueName],
  reports,
  cpuWatch,
  pump,
  onEcho: (listener) => {
    echoes = listener
  },
})
console.log(JSON.stringify(result))
await channel.close()
