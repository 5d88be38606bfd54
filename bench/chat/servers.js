// The two chats beside each other: how each is started, what its clients speak, and how it ends.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { alive, groupOf } from '../serve/processes.js'
import { killGroup } from '../serve/servers.js'

const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url))

const WAIT_MS = 30_000

/** `dialect`: of clients.js. What is measured of ours is the example itself. */
export const servers = {
  'ipem serve and ws': {
    dialect: 'plain',
    args: ({ workers }) => {
      const place = ['--host', '127.0.0.1', '-p', '0', '-w', workers]
      // No control: it is not to be found by an `ipem ps` meanwhile.
      return [pathOf('../../dist/cli.js'), 'serve', pathOf('../../examples/chat/app.cjs'), ...place, '--no-control']
    },
  },
  'socket.io, cluster adapter': { dialect: 'socket.io', args: () => [pathOf('by-hand.cjs')] },
}

/** In a process group of its own; resolves when all its workers serve. */
export async function startServer(name, { workers, beforeExit }) {
  const child = spawn(process.execPath, servers[name].args({ workers }).map(String), {
    // The example finds ws here if nobody has installed it beside it.
    env: { ...process.env, BENCH_WORKERS: String(workers), NODE_PATH: pathOf('../node_modules') },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  beforeExit(() => killGroup(child))
  let said = ''
  const port = await new Promise((resolve, reject) => {
    const fail = () => reject(new Error(`${name} does not serve: ${said}`))
    const late = setTimeout(fail, WAIT_MS)
    child.once('exit', fail)
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        said += text
        const place = /Serving at \S*?:(\d+)/.exec(said)
        if (place === null) return
        clearTimeout(late)
        child.off('exit', fail)
        resolve(Number(place[1]))
      })
    }
  })
  return { name, pid: child.pid, port, child }
}

/** Ends it with all it has started; only then resolves. */
export async function endServer({ pid, child }) {
  const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null
  child.kill('SIGTERM')
  const late = setTimeout(() => killGroup({ pid }), WAIT_MS)
  await ended
  while (groupOf(pid).some(alive)) await new Promise((resolve) => setTimeout(resolve, 10))
  clearTimeout(late)
}
