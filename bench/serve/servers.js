// Who stands beside `ipem serve`: how each is started, told to reload, and ended. All of them serve app.cjs.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { alive, groupOf } from './processes.js'

const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url))

const app = pathOf('app.cjs')
const pm2Bin = (name) => pathOf(`../node_modules/pm2/bin/${name}`)

/** How long a server has to end before it is killed. */
const END_MS = 15_000

/**
 * `args`: those of Node. `env`: more of the environment. `reload` is missing where there is none. `end`: in order; what is
 * left then is killed.
 */
export const servers = {
  'ipem serve': {
    args: ({ port, workers }) => [
      pathOf('../../dist/cli.js'),
      'serve',
      app,
      '--host',
      '127.0.0.1',
      '-p',
      port,
      '-w',
      workers,
      '--loglevel',
      'error',
    ],
    reload: (server) => process.kill(server.pid, 'SIGHUP'),
    end: (server) => process.kill(server.pid, 'SIGTERM'),
  },
  'node:cluster': {
    args: () => [pathOf('by-hand.cjs')],
    end: (server) => process.kill(-server.pid, 'SIGKILL'),
  },
  pm2: {
    package: 'pm2',
    args: ({ workers }) => [pm2Bin('pm2-runtime'), 'start', app, '-i', workers],
    // Its own files, so that nothing is left with the user, and another pm2 is not touched.
    env: ({ folder }) => ({ PM2_HOME: `${folder}/pm2`, PM2_DISCRETE_MODE: 'true' }),
    reload: (server) => pm2(server, 'reload', 'all'),
    end: (server) => pm2(server, 'kill'),
  },
}

export const hindrance = ({ package: name }) =>
  name === undefined || existsSync(pathOf(`../node_modules/${name}`)) ? null : 'not installed'

/** A server in a process group of its own. */
export function startServer(name, place) {
  const { args, env = () => ({}) } = servers[name]
  const { port, workers, folder } = place
  const own = { BENCH_PORT: port, BENCH_WORKERS: workers, BENCH_FOLDER: folder, ...env(place) }
  const child = spawn(process.execPath, args(place).map(String), {
    env: { ...process.env, ...own },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  })
  return { name, pid: child.pid, env: own, child }
}

/** Ends it with all it has started; only then resolves. */
export async function endServer(server) {
  if (server.child.exitCode === null && server.child.signalCode === null) {
    const ended = new Promise((resolve) => server.child.once('exit', resolve))
    const late = setTimeout(() => killGroup(server), END_MS)
    await servers[server.name].end(server)
    await ended
    clearTimeout(late)
  }
  const deadline = performance.now() + END_MS
  while (groupOf(server.pid).some(alive)) {
    if (performance.now() > deadline) killGroup(server)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export function killGroup({ pid }) {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

function pm2({ env }, ...args) {
  const command = spawn(process.execPath, [pm2Bin('pm2'), ...args], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  })
  return new Promise((resolve) => command.once('exit', resolve))
}
