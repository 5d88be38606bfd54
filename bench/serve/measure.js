// One server from its start to its end, and what was measured meanwhile.

import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { residentMegabytes } from '../lib/usage.js'
import { cpuMicroseconds } from './processes.js'
import { endServer, killGroup, servers, startServer } from './servers.js'

const CONNECTIONS = 64

const WAIT_MS = 30_000

/** Rests between two looks. */
const POLL_MS = 5

const running = new Set()

/** Whatever is being measured ends with this process. */
export function endWithUs() {
  process.on('exit', () => {
    for (const server of running) killGroup(server)
  })
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
}

export async function measure(name, { workers, seconds, warmSeconds }) {
  const folder = mkdtempSync(join(tmpdir(), 'ipem-bench-'))
  const port = await freePort()
  const startedAt = now()
  const server = startServer(name, { port, workers, folder })
  running.add(server)
  try {
    const url = `http://127.0.0.1:${port}/`
    await until(() => answers(url), `${name} to answer`)
    const startMs = now() - startedAt
    await until(() => reports(folder).length === workers, `${workers} workers of ${name}`)

    await load(url, warmSeconds)
    const kept = await underLoad(server, url, seconds)
    await load(url, warmSeconds, SHORT)
    const short = await underLoad(server, url, seconds, SHORT)
    const resident = reports(folder).map(({ pid }) => residentMegabytes(pid))
    return {
      'keep-alive requests/s': kept.rate,
      'keep-alive CPU µs/request': kept.cpu,
      'short requests/s': short.rate,
      'short CPU µs/request': short.cpu,
      'start to first answer, ms': startMs,
      'reload to last new worker, ms': await reload(server, folder, workers),
      'MB/worker': resident.reduce((sum, each) => sum + each) / workers,
    }
  } finally {
    await endServer(server)
    running.delete(server)
    rmSync(folder, { recursive: true, force: true })
  }
}

const SHORT = { headers: { connection: 'close' } }

async function underLoad(server, url, seconds, more) {
  const before = cpuMicroseconds(server.pid)
  const { requests, rate } = await load(url, seconds, more)
  return { rate, cpu: (cpuMicroseconds(server.pid) - before) / requests }
}

/** @throws if a single request was not answered as it should be */
async function load(url, duration, more = {}) {
  const { default: autocannon } = await import('autocannon')
  const result = await autocannon({ url, duration, connections: CONNECTIONS, ...more })
  const { errors, timeouts, resets, non2xx } = result
  if (errors + timeouts + resets + non2xx > 0 || result['2xx'] === 0) {
    throw new Error(
      `${errors} errors, ${timeouts} timeouts, ${resets} resets, ${non2xx} not 2xx, ${result['2xx']} good`,
    )
  }
  const requests = result['2xx']
  return { requests, rate: requests / result.duration }
}

/** NaN where there is none. */
async function reload(server, folder, workers) {
  const { reload: start } = servers[server.name]
  if (start === undefined) return Number.NaN
  const old = new Set(reports(folder).map(({ pid }) => pid))
  const fresh = () => reports(folder).filter(({ pid }) => !old.has(pid))
  const startedAt = now()
  const started = start(server)
  await until(() => fresh().length >= workers, `${server.name} to reload`)
  await started
  return Math.max(...fresh().map(({ at }) => at)) - startedAt
}

/** The processes that serve or have served, with when they began to. */
function reports(folder) {
  return readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), at: Number(readFileSync(join(folder, name), 'utf8')) }))
}

/** Comparable between processes of one machine. */
const now = () => performance.timeOrigin + performance.now()

async function until(condition, what) {
  const deadline = now() + WAIT_MS
  while (!(await condition())) {
    if (now() > deadline) throw new Error(`waited for ${what} in vain`)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

function answers(url) {
  return new Promise((resolve) => {
    const request = http.get(url, { agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.once('error', () => resolve(false))
  })
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
