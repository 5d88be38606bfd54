// A NATS server of our own: on a free port of loopback, ended by its handle.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Room for the largest value of the table, and for a few of them on their way. */
const CONFIG = 'host: 127.0.0.1\nport: -1\nmax_payload: 67108864\nmax_pending: 268435456\n'

export async function startNats(folder) {
  const config = join(folder, 'nats.conf')
  writeFileSync(config, CONFIG)
  const server = spawn('nats-server', ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  const port = await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.once('exit', () => reject(new Error('nats-server has ended')))
    createInterface({ input: server.stderr }).on('line', (line) => {
      const [, port] = line.match(/Listening for client connections on 127\.0\.0\.1:(\d+)/) ?? []
      if (port !== undefined) resolve(Number(port))
    })
  })
  return {
    port,
    async stop() {
      const exit = once(server, 'exit')
      server.kill('SIGKILL')
      await exit
    },
  }
}
