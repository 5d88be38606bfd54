// Measures the ways to accept beside each other: how even four workers are, what a request costs, what a reload loses.
// The load counts every request and what became of it: test/serve/load.ts, compiled.

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { knowsReusePort } from '../../.build/src/serve/native-listener.js'
import { Load } from '../../.build/test/serve/load.js'
import { median } from '../lib/statistics.js'
import { cpuMicroseconds } from './processes.js'

const WAYS = ['auto', 'shared', 'round-robin', 'reuseport']
const ROUNDS = process.argv.includes('--quick') ? 1 : 3
const LOAD_MS = process.argv.includes('--quick') ? 1000 : 2000
const WORKERS = 4
const RELOADS = 5

const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url))

/** @type {Record<string, object[]>} */
const results = {}
for (let round = 0; round < ROUNDS; round++) {
  for (const accept of WAYS) {
    if (accept === 'reuseport' && !knowsReusePort()) continue
    results[accept] ??= []
    results[accept].push(await measure(accept))
  }
}
print()

async function measure(accept) {
  const folder = mkdtempSync(join(tmpdir(), 'ipem-bench-'))
  const config = join(folder, 'config.json')
  writeFileSync(config, JSON.stringify({ workerApp: pathOf('pid-app.cjs'), listenPort: 0, workers: WORKERS, accept }))
  const log = join(folder, 'log')
  const server = spawn(process.execPath, [pathOf('../../dist/cli.js'), 'serve', '-c', config, '--stderr', log], {
    stdio: 'ignore',
    // A group of its own, whose CPU time is that of all.
    detached: true,
  })
  const ended = new Promise((resolve) => server.once('exit', resolve))
  const says = () => {
    try {
      return readFileSync(log, 'utf8')
    } catch {
      return ''
    }
  }
  try {
    while (!says().includes('Serving at')) await delay(10)
    const to = { host: '127.0.0.1', port: Number(/:(\d+) with/.exec(says())[1]) }
    const kept = await under(server.pid, { to, keepAlive: 64, close: 0 })
    const short = await under(server.pid, { to, keepAlive: 0, close: 64 })
    const load = new Load({ to, keepAlive: 32, close: 8 })
    for (let n = 1; n <= RELOADS; n++) {
      server.kill('SIGHUP')
      while (says().split('Reloaded').length <= n) await delay(10)
    }
    await load.stop()
    return { kept, short, lost: load.lost, answered: load.counts.answered }
  } finally {
    server.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
}

/** CPU time of a request, and how even the workers were. */
async function under(master, options) {
  const load = new Load(options)
  await delay(LOAD_MS / 3)
  load.answerers.clear()
  const before = { cpu: cpuMicroseconds(master), answered: load.counts.answered }
  await delay(LOAD_MS)
  const cpu = cpuMicroseconds(master) - before.cpu
  const answered = load.counts.answered - before.answered
  const shares = [...load.answerers.values()]
  await load.stop()
  const even = shares.length < WORKERS ? Number.POSITIVE_INFINITY : Math.max(...shares) / Math.min(...shares)
  return { cpu: cpu / answered, even }
}

function print() {
  console.log(`Node ${process.versions.node}: median of ${ROUNDS}, 64 connections, ${WORKERS} workers.\n`)
  console.log(
    '| accept | kept: busiest ÷ idlest | kept: CPU µs/request | short: busiest ÷ idlest | short: CPU µs/request | lost over reloads |',
  )
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |')
  for (const [accept, rows] of Object.entries(results)) {
    const of = (pick, digits = 1) => median(rows.map(pick)).toFixed(digits)
    const lost = rows.reduce((sum, row) => sum + row.lost, 0)
    const answered = rows.reduce((sum, row) => sum + row.answered, 0)
    console.log(
      `| ${accept} | ${of(({ kept }) => kept.even, 2)} | ${of(({ kept }) => kept.cpu)} | ${of(({ short }) => short.even, 2)} | ${of(({ short }) => short.cpu)} | ${lost} of ${answered} |`,
    )
  }
}
