// The command line: measures `ipem serve` beside node:cluster by hand and pm2 in turn, A B C A B C …, and prints a table.

import { existsSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { facts } from '../lib/facts.js'
import { short } from '../lib/markdown.js'
import { pairedRatio, summarize } from '../lib/statistics.js'
import { endWithUs, measure } from './measure.js'
import { hindrance, servers } from './servers.js'

const HELP = `Usage: npm run bench:serve -- [--quick] [--json] [--rounds N] [--seconds S] [--workers N]

  --quick       two short rounds, to see that it works: about a minute
  --json        print the results as JSON
  --rounds N    runs of each server (5, quick 2)
  --seconds S   of load in each of two measurements of a run (8, quick 1)
  --workers N   processes that serve (4)

The load is that of autocannon over 64 connections. It and pm2 have to be installed: npm run bench:install.
Linux only: CPU time and memory of the processes are read from /proc.`

const OWN = 'ipem serve'

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    workers: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

const rounds = Number(flags.rounds ?? (flags.quick ? 2 : 5))
const seconds = Number(flags.seconds ?? (flags.quick ? 1 : 8))
const workers = Number(flags.workers ?? 4)

async function main() {
  if (flags.help || ![rounds, seconds, workers].every((number) => Number.isInteger(number) && number > 0)) {
    console.log(HELP)
    process.exitCode = flags.help ? 0 : 1
    return
  }
  const missing = missingParts()
  if (missing !== null) {
    console.error(missing)
    process.exitCode = 1
    return
  }
  endWithUs()
  const all = Object.keys(servers).map((name) => ({ name, note: hindrance(servers[name]), runs: [] }))
  for (let round = 0; round < rounds; round++) {
    for (const server of all.filter(({ note }) => note === null)) {
      if (process.stderr.isTTY) process.stderr.write(`\r${server.name}, ${round + 1} of ${rounds}\x1b[K`)
      server.runs.push(await measure(server.name, { workers, seconds, warmSeconds: 1 }))
    }
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  const results = { facts: ownFacts(), servers: all }
  console.log(flags.json ? JSON.stringify(results) : toMarkdown(results))
}

function missingParts() {
  if (process.platform !== 'linux') return 'Needs /proc, so Linux'
  if (!existsSync(new URL('../../dist/cli.js', import.meta.url))) return 'There is no dist/: npm run build'
  return versionOf('autocannon') === null ? 'autocannon is not installed: npm run bench:install' : null
}

function ownFacts() {
  const { date, node, platform, cpus, versions } = facts(rounds)
  const others = { pm2: versionOf('pm2'), autocannon: versionOf('autocannon') }
  return { date, node, platform, cpus, rounds, seconds, workers, versions: { ipem: versions.ipem, ...others } }
}

function versionOf(name) {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : null
}

function toMarkdown({ facts: made, servers: all }) {
  const own = all.find(({ name }) => name === OWN)
  const others = all.filter(({ name, note }) => name !== OWN && note === null)
  const measured = [own, ...others]
  const head = ['', ...measured.map(({ name }) => name), ...others.map(({ name }) => `${OWN} ÷ ${name}`)]
  const rows = Object.keys(own.runs[0]).map((figure) => [
    figure,
    ...measured.map(({ runs }) => cell(summarize(runs, figure))),
    ...others.map(({ runs }) => ratio(pairedRatio(own.runs, runs, figure))),
  ])
  const versions = Object.entries(made.versions).map(([name, version]) => `${name} ${version ?? 'not installed'}`)
  return [
    `Node ${made.node.slice(1)}, ${made.date}, ${made.platform}, ${made.cpus}; ${versions.join(' · ')}.`,
    `${made.workers} workers, ${made.rounds} rounds in turn, ${made.seconds} s of load over 64 connections each; the median`,
    'with the lowest and the highest in brackets. CPU time is that of master and workers together. "Short" is one request',
    'a connection. The reload of pm2 is from the start of its command. A ratio is the median over the rounds.',
    '',
    line(head),
    line(head.map((_, index) => (index === 0 ? '---' : '---:'))),
    ...rows.map(line),
  ].join('\n')
}

const line = (cells) => `| ${cells.join(' | ')} |`

const cell = ({ median, min, max }) =>
  Number.isNaN(median) ? 'none' : `${short(median)} (${short(min)}–${short(max)})`

const ratio = (number) => (Number.isNaN(number) ? '–' : `${number.toFixed(2)} ×`)

await main()
