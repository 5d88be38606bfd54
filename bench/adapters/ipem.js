// ipem over its inherited pipe, with its default options.

import { once } from 'node:events'
import ipem from '../../dist/index.js'
import { childIndexes, environment, memberFile, quiet } from '../lib/place.js'

export async function open(place, listener) {
  // Before anybody is online: an event for many goes only where somebody listens.
  if (listener !== null) ipem.on('work', listener)
  const ready = once(ipem, 'ready')
  ipem.options({ useSocket: false, restart: false }).start()
  const children = childIndexes(place).map((index) =>
    ipem.fork(memberFile, [], { env: environment(place, index), stdio: quiet }),
  )
  await Promise.all([ready, ...children.map((child) => child.online)])
  return {
    address: ipem.pid,
    sender(target) {
      if (target === 'up') return (value) => void ipem.sendToParents('work', value)
      if (target === 'all') return (value) => void ipem.broadcast('work', value)
      return (value) => void ipem.sendTo(target, 'work', value)
    },
    full: () => ipem.writableNeedDrain,
    drained: () => once(ipem, 'drain'),
    asker: (target) => (value) => ipem.request(target, 'ask', value),
    answer: (handler) => void ipem.handle('ask', handler),
    close: () => ipem.close(),
  }
}
