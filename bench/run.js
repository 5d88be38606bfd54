// All works with all contenders, run in turn: A B A B …
//
//   npm run bench [-- --quick] [-- --json] [-- WORK …]
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { facts, toMarkdown } from './lib/report.js'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
    runs: { type: 'string' },
    help: { type: 'boolean' },
  },
})
if (flags.help) {
  console.log('Usage: npm run bench -- [--quick] [--json] [--runs N] [WORK …]')
  process.exit(0)
}

const works = [
  {
    name: 'one-way',
    title: 'One way, parent to child, 100 B object',
    count: 300_000,
    value: 'object',
    adapters: ['ipem', 'process-send', 'process-send-advanced'],
  },
  {
    name: 'one-way',
    title: 'One way, parent to child, a number',
    count: 500_000,
    value: 'number',
    adapters: ['ipem', 'process-send'],
  },
  {
    name: 'round-trip',
    title: 'Round trip, one in flight',
    count: 20_000,
    value: 'object',
    adapters: ['ipem', 'process-send'],
  },
  {
    name: 'sibling',
    title: 'Sibling to sibling through the parent',
    count: 100_000,
    value: 'object',
    adapters: ['ipem', 'process-send'],
  },
  {
    name: 'broadcast',
    title: 'Broadcast to eight children',
    count: 20_000,
    value: 'object',
    adapters: ['ipem', 'process-send'],
  },
].filter(({ name }) => positionals.length === 0 || positionals.includes(name))

const runs = Number(flags.runs ?? (flags.quick ? 3 : 5))
const share = flags.quick ? 0.3 : 1
const contest = fileURLToPath(new URL('contest.js', import.meta.url))

async function measure(adapter, { name, count, value }) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [contest, adapter, name, String(Math.ceil(count * share)), value],
    {
      timeout: 120_000,
    },
  )
  return JSON.parse(stdout)
}

const results = { facts: facts(), works: [] }
for (const work of works) {
  const contenders = work.adapters.map((adapter) => ({ title: adapter, runs: [] }))
  for (let run = 0; run < runs; run++) {
    for (const contender of contenders) {
      if (process.stderr.isTTY) process.stderr.write(`\r${work.title}: ${contender.title} ${run + 1}/${runs}\x1b[K`)
      contender.runs.push(await measure(contender.title, work))
    }
  }
  results.works.push({ title: work.title, contenders })
}
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
const markdown = toMarkdown(results)
if (flags.json) console.log(JSON.stringify(results))
else console.log(markdown)
// A part or a quick look is not what the page should show.
if (!flags.quick && positionals.length === 0) {
  writeFileSync(new URL('../docs/benchmarks.md', import.meta.url), markdown)
}
