// A NATS server on loopback, started by the root, with two clients. The server drops a subscriber that falls behind,
// so the receiver confirms batches.

import { connect } from '@nats-io/transport-node'
import { codecOf } from '../lib/codec.js'
import { startNats } from '../lib/nats-server.js'
import { pace } from '../lib/pace.js'
import { ended, forkMembers } from '../lib/place.js'

/** A request needs one; long enough never to be met. */
const TIMEOUT_MS = 30_000

export async function open(place, listener) {
  const isRoot = place.path === ''
  const server = isRoot ? await startNats(place.folder) : null
  const port = place.port ?? server.port
  const nats = await connect({ servers: `127.0.0.1:${port}` })
  const { encode, decode } = codecOf(place.value)
  // Raw bytes come as Uint8Array; a view of the same memory makes them a Buffer, as with the others.
  const read = ({ data }) => decode(Buffer.from(data.buffer, data.byteOffset, data.length))
  const [mine, theirs] = isRoot ? ['up', 'down'] : ['down', 'up']
  nats.subscribe(mine, { callback: (_error, message) => void listener(read(message)) })
  nats.subscribe(`${mine}.confirm`, { callback: (_error, message) => void message.respond() })
  await nats.flush()
  const children = forkMembers(place, {}, { port })
  const flow = pace(place.bytes)
  return {
    address: place.path,
    sender: () => (value) => {
      nats.publish(theirs, encode(value))
      const done = flow.next()
      if (done !== undefined) nats.request(`${theirs}.confirm`, '', { timeout: TIMEOUT_MS }).then(done)
    },
    full: flow.full,
    drained: flow.drained,
    asker: () => async (value) => read(await nats.request('ask', encode(value), { timeout: TIMEOUT_MS })),
    answer(handler) {
      nats.subscribe('ask', { callback: (_error, message) => message.respond(encode(handler(read(message)))) })
      return nats.flush()
    },
    async close() {
      await ended(children)
      await nats.close()
      await server?.stop()
    },
  }
}
