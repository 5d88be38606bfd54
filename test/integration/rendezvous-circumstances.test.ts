import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import cluster from 'node:cluster'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SocketOptions } from '../../src/options.js'
import { freePort } from '../join/meeting.js'
import { fixturePath, leaveStaleSocket, sources, untilOneTree, withFolder, withPeers } from './rendezvous-peers.js'

const UNIX = { skip: process.platform === 'win32' ? 'Unix sockets' : false }

test('a process that was suspended in an election joins when it goes on', UNIX, () =>
  withFolder((folder) =>
    withPeers(6, async (peers) => {
      const options = { socket: { socketPath: path.join(folder, 'meet'), delayReconnect: 100 } }
      await leaveStaleSocket(options.socket.socketPath)
      const suspended = peers.filter((_, index) => index % 2 === 0)
      for (const peer of peers) peer.start(options)
      await sleep(Math.random() * 10)
      // For less than a handshake may take: whoever waits for one of them still does when it goes on.
      for (const peer of suspended) peer.process.kill('SIGSTOP')
      await sleep(300)
      for (const peer of suspended) peer.process.kill('SIGCONT')
      await untilOneTree(peers)
    }),
  ),
)

test('the workers of a foreign cluster primary bind for themselves, and one of them listens', async (t) => {
  let shared = 0
  const count = (): number => shared++
  cluster.on('listening', count)
  t.after(() => cluster.off('listening', count))
  const forkWorker = (exec: string, args: string[]): ChildProcess => {
    cluster.setupPrimary({ exec, args, execArgv: [] })
    return cluster.fork().process
  }
  const run = async (peers: Parameters<Parameters<typeof withPeers>[1]>[0]): Promise<void> => {
    const port = await freePort()
    for (const peer of peers) peer.start({ socket: { port, delayReconnect: 100 } })
    const master = await untilOneTree(peers)
    await master.kill()
    await untilOneTree(peers)
    assert.equal(shared, 0)
  }
  await withPeers(4, run, forkWorker)
})

/** Fails when the process is not gone by itself in time. */
async function leaves(t: TestContext, socket: SocketOptions, how: string): Promise<string> {
  const args = [fixturePath('rendezvous-leaves.js'), sources, JSON.stringify(socket), how]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  const [code, signal] = await Promise.race([
    once(child, 'close'),
    sleep(10_000, ['still there', null], { ref: false }),
  ])
  assert.deepEqual([code, signal], [0, null])
  return output
}

for (const how of ['close', 'unref']) {
  test(`after ${how}() nothing keeps a process that listens on a port alive`, async (t) => {
    assert.match(await leaves(t, { port: await freePort() }, how), /^listening/)
  })

  test(`after ${how}() nothing keeps a process that listens on a path alive`, UNIX, (t) =>
    withFolder(async (folder) => {
      assert.match(await leaves(t, { socketPath: path.join(folder, 'meet') }, how), /^listening/)
      if (how === 'close') assert.deepEqual(fs.readdirSync(folder), [])
    }),
  )
}
