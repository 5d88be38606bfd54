// axon, two push/pull pairs over Unix sockets. It has no flow control; the streams below it have.

import { once } from 'node:events'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import axon from 'axon'
import { streamPace } from '../lib/pace.js'
import { ended, forkMembers } from '../lib/place.js'
import { formOf } from '../lib/values.js'

export async function open(place, listener) {
  const isRoot = place.path === ''
  const push = axon.socket('push')
  const pull = axon.socket('pull')
  const [down, up] = ['down', 'up'].map((name) => `unix://${join(place.folder, `axon-${name}`)}`)
  // It makes JSON of objects and leaves Buffers alone; what JSON loses goes as bytes.
  const isV8 = formOf(place.value) === 'v8'
  pull.on('message', isV8 ? (bytes) => listener(deserialize(bytes)) : listener)
  const connected = [once(push, 'connect'), once(pull, 'connect')]
  if (isRoot) await Promise.all([bound(push, down), bound(pull, up)])
  else {
    push.connect(up)
    pull.connect(down)
  }
  const children = forkMembers(place)
  await Promise.all(connected)
  return {
    address: place.path,
    sender: () => (isV8 ? (value) => push.send(serialize(value)) : (value) => push.send(value)),
    ...streamPace(push.socks[0]),
    async close() {
      await ended(children)
      push.close()
      pull.close()
    },
  }
}

function bound(socket, address) {
  const bound = once(socket, 'bind')
  socket.bind(address)
  return bound
}
