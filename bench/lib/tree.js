// A tree of processes with one adapter: this process is the root, every other one does what it is told.

import { join } from 'node:path'
import { enter } from './actor.js'
import { listenControl } from './control.js'
import { pathsBelow } from './place.js'

/**
 * `spec`: the adapter and the value, the shape of the tree (see place.js), `deaf` paths that do not listen, `relay`
 * where messages pass through processes, a `folder` for sockets.
 */
export async function openTree({ adapter, value, shape, deaf = [], relay = false, folder }) {
  const control = await listenControl(join(folder, 'control'))
  const place = { adapter, value, shape, deaf, relay, folder, path: '' }
  const root = await enter(place)
  await control.all(pathsBelow(place).length)
  const members = new Map(control.members)
  members.set('', { address: root.address, call: async (order, argument) => root.orders[order](argument) })
  return {
    /** Bytes of the value. */
    bytes: root.bytes,
    /** `''` is this process. Has an `address` and `call(order, argument)`. */
    member: (path) => members.get(path),
    async close() {
      control.close()
      await root.close()
    },
  }
}
