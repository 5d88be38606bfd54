// birpc over process.send: asking only.

import { createBirpc } from 'birpc'
import { ended, forkMembers } from '../lib/place.js'

export async function open(place) {
  const children = forkMembers(place)
  const channel = children[0] ?? process
  const functions = {}
  const rpc = createBirpc(functions, {
    post: (message) => void channel.send(message),
    on: (listener) => void channel.on('message', listener),
  })
  return {
    address: place.path,
    asker: () => (value) => rpc.ask(value),
    answer(handler) {
      functions.ask = handler
    },
    close: () => ended(children),
  }
}
