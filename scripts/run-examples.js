// @ts-check
// Runs every example (a file of examples/, or index.js of a folder there) to its end: each must exit with 0 in time.

import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { env, root } from './run.js'

const TIMEOUT_MS = 30_000

const folder = path.join(root, 'examples')
const examples = fs
  .readdirSync(folder, { withFileTypes: true })
  .map((entry) => (entry.isDirectory() ? `${entry.name}/index.js` : entry.name))
  .filter((name) => /\.[cm]?js$/.test(name) && fs.existsSync(path.join(folder, name)))
  .sort()

if (examples.length === 0) {
  console.error('No examples found')
  process.exitCode = 1
}
// Two at a time: mostly they wait for processes of their own.
await Promise.all([runAll(), runAll()])

async function runAll() {
  for (let example = examples.shift(); example !== undefined; example = examples.shift()) await check(example)
}

/** @param {string} example */
async function check(example) {
  const start = performance.now()
  const { fault, output } = await runExample(path.join('examples', example))
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  if (fault === undefined) {
    console.log(`ok ${example}, ${seconds} s`)
  } else {
    console.error(`${output}\nNOT ok ${example}: ${fault} after ${seconds} s`)
    process.exitCode = 1
  }
}

/**
 * @param {string} file
 * @returns {Promise<{ fault: string | undefined, output: string }>}
 */
function runExample(file) {
  return new Promise((resolve) => {
    // A group of its own, so that after a hang its children can be ended too.
    const child = spawn(process.execPath, [file], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    let output = ''
    let late = false
    const timer = setTimeout(() => {
      late = true
      process.kill(-(/** @type {number} */ (child.pid)), 'SIGKILL')
    }, TIMEOUT_MS)
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    }
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const fault = late ? 'did not end' : code === 0 ? undefined : `exited with ${signal ?? code}`
      resolve({ fault, output })
    })
  })
}
