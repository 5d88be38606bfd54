import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SocketOptions } from '../../src/options.js'
import { freePort } from '../join/meeting.js'
import { closeAll, leaveStaleSocket, type Peer, untilOneTree, withFolder, withPeers } from './rendezvous-peers.js'

const UNIX = { skip: process.platform === 'win32' ? 'Unix sockets' : false }
/** The slow suite asks for more. */
const ROUNDS = Number(process.env.IPEM_ROUNDS ?? 5)
const KILLS = 4

const isAlive = ({ state }: Peer): boolean => state !== 'dead'

/** All in the same moment. */
function startAll(peers: readonly Peer[], socket: SocketOptions): void {
  for (const peer of peers.filter(isAlive)) peer.start({ socket: { delayReconnect: 200, ...socket } })
}

function assertNoComplaint(peers: readonly Peer[]): void {
  for (const peer of peers) assert.deepEqual([...peer.told('onError'), ...peer.told('onWarning')], [])
}

async function killMasters(peers: readonly Peer[]): Promise<void> {
  const masters = [await untilOneTree(peers)]
  while (masters.length <= KILLS) {
    await masters.at(-1)?.kill()
    masters.push(await untilOneTree(peers))
  }
  assertNoComplaint(peers)
}

test('20 real processes', UNIX, (t) =>
  withFolder((folder) =>
    withPeers(20, async (peers) => {
      const socketPath = path.join(folder, 'meet')

      await t.test('that find one stale socket file end with one that listens and 19 that joined it', async () => {
        for (let round = 1; round <= ROUNDS; round++) {
          await leaveStaleSocket(socketPath)
          startAll(peers, { socketPath })
          await untilOneTree(peers)
          assert.deepEqual(fs.readdirSync(folder), ['meet'])
          await closeAll(peers)
          assert.deepEqual(fs.readdirSync(folder), [])
        }
        assertNoComplaint(peers)
      })

      await t.test('that find a free port end with one that listens and 19 that joined it', async () => {
        for (let round = 1; round <= ROUNDS; round++) {
          startAll(peers, { port: await freePort() })
          await untilOneTree(peers)
          await closeAll(peers)
        }
        assertNoComplaint(peers)
      })

      await t.test('have exactly one new master on the path after each kill -9 of the last', async () => {
        startAll(peers, { socketPath })
        await killMasters(peers)
        await closeAll(peers)
        assert.deepEqual(fs.readdirSync(folder), [])
      })

      await t.test('have exactly one new master on the port after each kill -9 of the last', async () => {
        startAll(peers, { port: await freePort() })
        await killMasters(peers)
        await closeAll(peers)
      })

      await t.test('end with one master after kills in the middle of elections', async (t) => {
        startAll(peers, { socketPath })
        for (let kills = 0; kills < 6; kills++) {
          const alive = peers.filter(isAlive)
          const victim = alive.find(({ state }) => state === 'listening') ?? alive.at(-1)
          const pauseMs = Math.random() * 60
          t.diagnostic(`kills the one that is ${victim?.state} and waits ${pauseMs} ms`)
          await victim?.kill()
          await sleep(pauseMs)
        }
        await untilOneTree(peers)
      })
    }),
  ),
)
