// node-ipc over a Unix socket: its fastest parser is the default one, and it does not log.

import { once } from 'node:events'
import { join } from 'node:path'
import ipc from 'node-ipc'
import { jsonFormOf } from '../lib/codec.js'
import { streamPace } from '../lib/pace.js'
import { ended, forkMembers } from '../lib/place.js'

export async function open(place, listener) {
  const path = join(place.folder, 'node-ipc')
  Object.assign(ipc.config, { silent: true, socketRoot: `${place.folder}/` })
  return place.path === '' ? serve(path, place, listener) : dial(path, place, listener)
}

async function serve(path, place, listener) {
  const { pack, unpack } = jsonFormOf(place.value)
  const connected = new Promise((resolve) => {
    ipc.serve(path, () => ipc.server.on('connect', resolve))
  })
  ipc.server.on('work', (value) => listener(unpack(value)))
  const started = new Promise((resolve) => ipc.server.on('start', resolve))
  ipc.server.start()
  await started
  const children = forkMembers(place)
  const socket = await connected
  return {
    address: '',
    sender: () => (value) => void ipc.server.emit(socket, 'work', pack(value)),
    ...streamPace(socket),
    async close() {
      await ended(children)
      ipc.server.stop()
    },
  }
}

async function dial(path, place, listener) {
  const { pack, unpack } = jsonFormOf(place.value)
  ipc.connectTo('parent', path)
  const { parent } = ipc.of
  parent.on('work', (value) => listener(unpack(value)))
  await once(parent.socket, 'connect')
  return {
    address: '0',
    sender: () => (value) => void parent.emit('work', pack(value)),
    ...streamPace(parent.socket),
    close: () => ipc.disconnect('parent'),
  }
}
