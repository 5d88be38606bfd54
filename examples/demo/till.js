// A process that nobody of the tree forked: it joins over the socket, and sells.

import ipem from 'ipem'
import { bus, takePart } from './ledger.js'

const { DEMO_SOCKET: socketPath, DEMO_COOKIE: cookie } = process.env
takePart('till', { socket: { socketPath, cookie, onlyConnect: true, reconnect: false } })

// On its own again: the shop has closed. Or it has never opened.
ipem.on('parent', (pid) => {
  if (pid === null) ipem.close()
})
setTimeout(() => ipem.parentPid ?? process.exit(1), 10_000).unref()

ipem.handle('sell', async (item, count, archive) => {
  for (let number = 1; number <= count; number++) {
    await ipem.request('grandmaster', 'take', item)
    bus.sendToSiblings('cache:drop', item)
    bus.sendToGrandMaster('sold', item)
    bus.sendTo(archive, 'receipt', number)
  }
})

ipem.handle('write to', (pid) => {
  bus.sendTo(pid, 'letter')
})
