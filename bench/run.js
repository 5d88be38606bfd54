// The command line: measures all works with all contenders in turn, A B A B …, prints the tables, and writes the page.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { contenders, hindrance } from './contenders.js'
import { facts, majorOf } from './lib/facts.js'
import { toPage, toSection } from './lib/markdown.js'
import { endWithUs, measure } from './lib/measure.js'
import { compileSimulation } from './lib/simulation.js'
import { works } from './works.js'

/** What the page shows. */
const USUAL_RUNS = 5

const HELP = `Usage: npm run bench -- [--quick] [--json] [--runs N] [WORK …]

  --quick    some works, three runs, short: under two minutes; does not write the page
  --json     print the results as JSON
  --runs N   runs of each contender (5, quick 3)
  WORK       only works whose name begins so: ${[...new Set(works.map(({ id }) => id.split('/')[0]))].join(', ')}

All of it takes about a quarter of an hour; it writes bench/results/node-MAJOR.json and docs/benchmarks.md, which has
a section for each Node version that it was run on. A part replaces its works there:  npx -y node@24 bench/run.js

Peers that are not there are left out and named. To have them: npm run bench:install, and nats-server on the path.
Two results are compared by: npm run bench:compare OLD.json NEW.json`

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    runs: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

const say = (text) => {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}\x1b[K`)
}

const chosen = works
  .filter(({ id, quick }) => (flags.quick ? quick !== undefined : true) && wanted(id))
  .map((work) => ({ ...work, contenders: flags.quick ? work.quick : work.contenders }))

function wanted(id) {
  return positionals.length === 0 || positionals.some((each) => id.startsWith(each))
}

/** Runs of one contender, and why there are none or no more. */
async function measureOnce(work, contender) {
  const { adapter } = contenders[contender.name]
  const options = flags.quick ? work.less : work.full
  try {
    contender.runs.push(await measure({ workload: work.workload, contender: contender.name, adapter, ...options }))
  } catch (error) {
    // Before it there may be what a child had to say.
    contender.note = error.message.split('\n').at(-1)
    contender.runs = []
    if (error.timedOut && contender.name !== 'ipem') return
    process.exitCode = 1
    console.error(`${work.title}, ${contender.name}: ${error.message}`)
  }
}

async function measureWork(work, usual, uncompiled) {
  const runs = flags.quick ? (work.quickRuns ?? usual) : usual
  const { value } = work.full
  const hinders = (name) => (work.simulated && uncompiled) || hindrance(name, value)
  const all = work.contenders.map((name) => ({ name, note: hinders(name), runs: [] }))
  for (let run = 0; run < runs; run++) {
    for (const contender of all.filter(({ note }) => note === null)) {
      say(`${work.title}: ${contender.name}, ${run + 1} of ${runs}`)
      await measureOnce(work, contender)
    }
  }
  return { id: work.id, title: work.title, contenders: all }
}

async function main() {
  const runs = Number(flags.runs ?? (flags.quick ? 3 : USUAL_RUNS))
  if (flags.help || !Number.isInteger(runs) || runs < 1 || chosen.length === 0) {
    console.log(HELP)
    process.exitCode = flags.help ? 0 : 1
    return
  }
  if (!existsSync(new URL('../dist/index.js', import.meta.url))) {
    console.error('There is no dist/: npm run build')
    process.exitCode = 1
    return
  }
  endWithUs()
  const uncompiled = chosen.some(({ simulated }) => simulated) ? compileSimulation() : null
  const results = { facts: facts(runs), works: [] }
  for (const work of chosen) results.works.push(await measureWork(work, runs, uncompiled))
  say('')
  console.log(flags.json ? JSON.stringify(results) : toSection(results).join('\n'))
  // A quick look, or fewer runs, is not what the page should show; a part takes the place of what was measured before.
  if (!flags.quick && runs >= USUAL_RUNS) writePage(results)
}

function writePage(results) {
  const folder = new URL('results/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  const file = new URL(`node-${majorOf(results.facts)}.json`, folder)
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).works : []
  const fresh = new Map([...before, ...results.works].map((work) => [work.id, work]))
  const all = { ...results, works: works.map(({ id }) => fresh.get(id)).filter((work) => work !== undefined) }
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`)
  const majors = readdirSync(folder)
    .filter((name) => /^node-\d+\.json$/.test(name))
    .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')))
    .sort((a, b) => majorOf(a.facts) - majorOf(b.facts))
  writeFileSync(new URL('../docs/benchmarks.md', import.meta.url), toPage(majors))
}

await main()
