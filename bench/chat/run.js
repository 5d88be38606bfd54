// The command line: measures a chat with `ipem serve` beside one with socket.io in turn, A B A B …, and prints a table.

import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { facts } from '../lib/facts.js'
import { short } from '../lib/markdown.js'
import { pairedRatio, summarize } from '../lib/statistics.js'

const HELP = `Usage: npm run bench:chat -- [--quick] [--json] [--rounds N] [--seconds S] [--workers N] [--clients N]

  --quick       two short rounds with a quarter of the clients, to see that it works: fifteen seconds
  --json        print the results as JSON
  --rounds N    runs of each server (5, quick 2)
  --seconds S   of each of two measurements of a run (4, quick 1)
  --workers N   processes that serve (4)
  --clients N   WebSocket clients for each of them (500, quick 125)

Messages of 100 bytes go to all clients, over WebSocket on both sides. ws and socket.io have to be installed:
npm run bench:install. Linux only: CPU time of the processes is read from /proc.`

const PACKAGES = ['ws', 'socket.io', '@socket.io/cluster-adapter']

/** What this process has open besides its clients. */
const OTHER_FILES = 100

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    workers: { type: 'string' },
    clients: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

const rounds = Number(flags.rounds ?? (flags.quick ? 2 : 5))
const seconds = Number(flags.seconds ?? (flags.quick ? 1 : 4))
const workers = Number(flags.workers ?? 4)
const clientsEach = Number(flags.clients ?? (flags.quick ? 125 : 500))

async function main() {
  if (flags.help || ![rounds, seconds, workers, clientsEach].every((n) => Number.isInteger(n) && n > 0)) {
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
  // Only now: they import ws.
  const [{ endWithUs, measure }, { servers }] = await Promise.all([import('./measure.js'), import('./servers.js')])
  endWithUs()
  const all = Object.keys(servers).map((name) => ({ name, runs: [] }))
  for (let round = 0; round < rounds; round++) {
    for (const { name, runs } of all) {
      if (process.stderr.isTTY) process.stderr.write(`\r${name}, ${round + 1} of ${rounds}\x1b[K`)
      runs.push(await measure(name, { workers, clientsEach, seconds, warmSeconds: 1 }))
    }
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  const results = { facts: ownFacts(), servers: all }
  console.log(flags.json ? JSON.stringify(results) : toMarkdown(results))
}

function missingParts() {
  if (process.platform !== 'linux') return 'Needs /proc, so Linux'
  if (!existsSync(new URL('../../dist/cli.js', import.meta.url))) return 'There is no dist/: npm run build'
  const missing = PACKAGES.filter((name) => versionOf(name) === null)
  if (missing.length > 0) return `Not installed: ${missing.join(', ')}. npm run bench:install`
  const needed = workers * clientsEach + OTHER_FILES
  const limit = fileLimit()
  if (limit >= needed) return null
  return `A process may open ${limit} files here (ulimit -n), and ${workers * clientsEach} clients need ${needed}: raise the limit, or take fewer --clients`
}

/** Node has raised it to the hard limit at its start. */
function fileLimit() {
  const [, soft] = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft)
}

function ownFacts() {
  const { date, node, platform, cpus, versions } = facts(rounds)
  const packages = Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)]))
  const others = { ...packages, ws: [...new Set([versionOfExample(), packages.ws])].join(', clients ') }
  return {
    date,
    node,
    platform,
    cpus,
    rounds,
    seconds,
    workers,
    clientsEach,
    versions: { ipem: versions.ipem, ...others },
  }
}

function versionOf(name) {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : null
}

/** The example may have a ws of its own, in a folder above it. */
function versionOfExample() {
  try {
    return createRequire(new URL('../../examples/chat/app.cjs', import.meta.url))('ws/package.json').version
  } catch {
    return versionOf('ws')
  }
}

function toMarkdown({ facts: made, servers: all }) {
  const [own, other] = all
  const rows = Object.keys(own.runs[0]).map((figure) => [
    figure,
    ...all.map(({ runs }) => cell(summarize(runs, figure))),
    `${pairedRatio(own.runs, other.runs, figure).toFixed(2)} ×`,
  ])
  const versions = Object.entries(made.versions).map(([name, version]) => `${name} ${version}`)
  return [
    `Node ${made.node.slice(1)}, ${made.date}, ${made.platform}, ${made.cpus}; ${versions.join(' · ')}.`,
    `${made.workers} workers × ${made.clientsEach} clients, messages of 100 bytes to all of them; ${made.rounds} rounds in turn, ${made.seconds} s of each`,
    'measurement; the median with the lowest and the highest in brackets. CPU time is that of all server processes. A ratio',
    'is the median over the rounds.',
    '',
    line(['', own.name, other.name, 'ipem ÷ socket.io']),
    line(['---', '---:', '---:', '---:']),
    ...rows.map(line),
  ].join('\n')
}

const line = (cells) => `| ${cells.join(' | ')} |`

const cell = ({ median, min, max }) => `${short(median)} (${short(min)}–${short(max)})`

await main()
