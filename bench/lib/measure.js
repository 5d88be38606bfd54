// Runs one measurement in processes of its own: a group that is ended as a whole, by the handle of its leader.

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const contest = fileURLToPath(new URL('../contest.js', import.meta.url))

const TIMEOUT_MS = 30_000

/** Leaders of groups, and the folders of their sockets. */
const running = new Map()

/** The figures of one measurement; rejects with why there are none, `timedOut` set where it took too long. */
export async function measure({ timeoutMs = TIMEOUT_MS, ...spec }) {
  const folder = mkdtempSync(join(tmpdir(), 'ipem-bench-'))
  const child = spawn(process.execPath, [contest, JSON.stringify({ ...spec, folder })], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  running.set(child, folder)
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    killGroup(child)
  }, timeoutMs)
  try {
    const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), end(child)])
    if (timedOut) throw Object.assign(new Error(`not done within ${timeoutMs / 1000} s`), { timedOut })
    if (status !== 0) throw new Error(stderr.trim() || `ended with ${status}`)
    return rounded(JSON.parse(stdout))
  } finally {
    clearTimeout(timer)
    running.delete(child)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Whatever is being measured ends with this process. */
export function endWithUs() {
  const endAll = () => {
    for (const [child, folder] of running) {
      killGroup(child)
      rmSync(folder, { recursive: true, force: true })
    }
  }
  process.on('exit', endAll)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
}

/** More digits than these are noise in any figure. */
const rounded = (figures) =>
  Object.fromEntries(Object.entries(figures).map(([name, number]) => [name, Number(number?.toPrecision(6))]))

function killGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

async function text(stream) {
  let all = ''
  for await (const chunk of stream.setEncoding('utf8')) all += chunk
  return all
}

const end = (child) =>
  new Promise((resolve, reject) => child.once('error', reject).once('exit', (code, signal) => resolve(signal ?? code)))
