// Ten thousand connections that never say a word, at the door of a tree that is in use.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { it } from 'node:test'
import { createIpem } from '../../src/index.js'
import { COOKIE } from '../integration/puppets.js'
import { freePort, ready, startIpem } from '../integration/stage.js'

const CONNECTIONS = 10_000
const AT_ONCE = 500
const MOST_MIB = 96

it('10,000 connections that say nothing cost no memory and keep no member out', async (t) => {
  const warnings: string[] = []
  const onWarning = (warning: Error) => warnings.push(warning.message)
  process.on('warning', onWarning)
  t.after(() => process.off('warning', onWarning))
  const options = { useSocket: true, name: 'strangers', socket: { port: await freePort(), cookie: COOKIE } }
  const master = await startIpem(t, options)
  const member = await startIpem(t, options)
  master.handle('ping', () => 'pong')
  const before = process.memoryUsage().rss
  let mostMiB = 0
  const sockets = new Set<net.Socket>()
  for (let n = 0; n < CONNECTIONS; n += AT_ONCE) {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        const socket = net.connect(options.socket.port, '127.0.0.1')
        sockets.add(socket)
        socket.on('error', () => {})
        socket.on('close', () => sockets.delete(socket))
        socket.resume()
        await once(socket, 'connect')
      }),
    )
    assert.equal(await member.request(master.pid, 'ping'), 'pong')
    mostMiB = Math.max(mostMiB, (process.memoryUsage().rss - before) / 2 ** 20)
  }
  const newcomer = createIpem().options(options)
  t.after(() => newcomer.close())
  await ready(newcomer)
  assert.equal(newcomer.parentPid, master.pid)
  assert.ok(mostMiB < MOST_MIB, `grown by ${mostMiB} MiB`)
  t.diagnostic(`grown by ${mostMiB.toFixed(0)} MiB, ${sockets.size} connections were still open`)
  for (const socket of sockets) socket.destroy()
  const lines = warnings.filter((line) => line.includes('connections'))
  assert.equal(lines.length, 1, warnings.join('\n'))
})
