// zeromq, a PAIR of sockets over ipc://. Its high-water mark makes a sender wait; each send is awaited, as it asks for.

import { join } from 'node:path'
import { Pair } from 'zeromq'
import { codecOf } from '../lib/codec.js'
import { batchOf } from '../lib/pace.js'
import { ended, forkMembers } from '../lib/place.js'

export async function open(place, listener) {
  const { encode, decode } = codecOf(place.value)
  const most = batchOf(place.bytes)
  const socket = new Pair({ linger: 0, sendHighWaterMark: most, receiveHighWaterMark: most })
  const address = `ipc://${join(place.folder, 'zeromq')}`
  if (place.path === '') await socket.bind(address)
  else socket.connect(address)
  const children = forkMembers(place)
  receive()
  async function receive() {
    for await (const [bytes] of socket) {
      const answered = listener(decode(bytes))
      if (answered !== undefined) await answered
    }
  }
  return {
    address: place.path,
    sender: () => (value) => socket.send(encode(value)),
    full: () => false,
    drained: async () => {},
    async close() {
      await ended(children)
      socket.close()
    },
  }
}
