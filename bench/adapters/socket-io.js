// socket.io's cluster adapter: one worker sends to all others, the primary passes it on. Broadcasts only.

import cluster from 'node:cluster'
import { createAdapter, setupPrimary } from '@socket.io/cluster-adapter'
import { Server } from 'socket.io'
import { pace } from '../lib/pace.js'
import { childIndexes, ended, environment, memberFile, quiet } from '../lib/place.js'

export const open = (place, listener) => (place.path === '' ? openPrimary(place) : openWorker(place, listener))

function openPrimary(place) {
  cluster.setupPrimary({ exec: memberFile, args: [], stdio: [...quiet, 'ipc'] })
  setupPrimary()
  const workers = childIndexes(place).map((index) => cluster.fork(environment(place, index)).process)
  return { address: '', close: () => ended(workers) }
}

function openWorker(place, listener) {
  const io = new Server({ adapter: createAdapter() })
  if (listener !== null) io.on('work', (value) => void listener(value))
  io.on('confirm', (confirm) => confirm())
  const flow = pace(place.bytes)
  return {
    address: place.path,
    sender: () => (value) => {
      io.serverSideEmit('work', value)
      const done = flow.next()
      // It has no flow control: every other worker says that it has come so far.
      if (done !== undefined) io.serverSideEmitWithAck('confirm').then(done)
    },
    full: flow.full,
    drained: flow.drained,
    close() {},
  }
}
