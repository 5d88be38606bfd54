// Runs the examples of this folder to their end: each app is served, asked and stopped; the last one is upgraded.

import assert from 'node:assert'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const command = fileURLToPath(new URL('./dist/cli.js', import.meta.resolve('ipem/package.json')))
const file = (name) => fileURLToPath(new URL(name, import.meta.url))

/** The server, and where it is, as soon as its workers serve. */
async function serving(...args) {
  const server = spawn(process.execPath, [command, 'serve', ...args, '-p', '0', '-w', '2'], {
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  for await (const chunk of server.stderr) {
    process.stderr.write(chunk)
    const place = /Serving at (127\.0\.0\.1:\d+)/.exec(chunk)?.[1]
    if (place !== undefined) return { server, url: `http://${place}/` }
  }
  throw new Error('It does not serve')
}

async function answerOf(url) {
  const response = await fetch(url, { headers: { connection: 'close' } })
  return response.text()
}

for (const name of ['express-app.cjs', 'express-listen.cjs', 'hello.cjs']) {
  const { server, url } = await serving(file(name))
  console.log(name, '→', await answerOf(url))
  server.kill('SIGTERM')
  assert.deepEqual(await once(server, 'exit'), [0, null], name)
}

if (spawnSync('curl', ['--version']).status !== 0) console.log('upgrade.sh is left out: it needs curl')
else {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ipem-'))
  const pidfile = path.join(folder, 'pid')
  const { server, url } = await serving(file('hello.cjs'), '--pidfile', pidfile)
  const ended = once(server, 'exit')
  const upgrade = spawn('sh', [file('upgrade.sh'), pidfile, url, '20'], { stdio: 'inherit' })
  assert.deepEqual(await once(upgrade, 'exit'), [0, null], 'upgrade.sh')
  assert.deepEqual(await ended, [0, null], 'the old master')
  const pid = Number(fs.readFileSync(pidfile, 'utf8'))
  console.log('after the upgrade', '→', await answerOf(url), `from master ${pid}`)
  process.kill(pid, 'SIGTERM')
  while (fs.existsSync(pidfile)) await new Promise((resolve) => setTimeout(resolve, 20))
  fs.rmSync(folder, { recursive: true, force: true })
}
