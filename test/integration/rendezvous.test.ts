import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { freePort, leaveStaleSocket, type Peer, untilOneTree, withFolder, withPeers } from './rendezvous-peers.js'

const ROUNDS = Number(process.env.ROUNDS ?? 3)

for (let round = 1; round <= ROUNDS; round++) {
  test(`20 processes that find one stale socket file end with one that listens, round ${round}`, () =>
    withFolder(async (folder) => {
      const socketPath = path.join(folder, 'meet')
      await leaveStaleSocket(socketPath)
      await withPeers(20, async (peers) => {
        for (const peer of peers) peer.start({ socket: { socketPath, delayReconnect: 300 } })
        const master = await untilOneTree(peers)
        console.log(peers.flatMap(p => p.told('onYield')).length, fs.readdirSync(folder))
        await master.kill()
        const t = performance.now()
        const next = await untilOneTree(peers)
        console.log('reelect', performance.now() - t, peers.flatMap(p => p.told('onYield')).length, fs.readdirSync(folder))
      })
    }))
  test(`tcp ${round}`, async () => {
      const port = await freePort()
      await withPeers(20, async (peers) => {
        for (const peer of peers) peer.start({ socket: { port, delayReconnect: 300 } })
        const master = await untilOneTree(peers)
        await master.kill()
        const t = performance.now()
        const next = await untilOneTree(peers)
        console.log('reelect', performance.now() - t, peers.flatMap(p => p.told('onYield')).length)
      })
    })
}
