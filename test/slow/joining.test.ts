import path from 'node:path'
import { after, describe, it } from 'node:test'
import { COOKIE } from '../integration/puppets.js'
import { Racers } from '../integration/racers.js'
import { leaveStaleSocket } from '../integration/rendezvous-peers.js'
import { folderFor } from '../integration/stage.js'

const ROUNDS = 50

describe('20 processes that find one stale socket file', () => {
  const racers = new Racers(20)
  after(() => racers.end())

  for (let round = 1; round <= ROUNDS; round++) {
    it(`have one grand master, round ${round} of ${ROUNDS}`, async (t) => {
      const socketPath = path.join(folderFor(t), 'bus')
      await leaveStaleSocket(socketPath)
      await racers.meet({ socket: { socketPath, cookie: COOKIE, delayReconnect: 200 } })
    })
  }
})
