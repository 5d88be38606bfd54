// A fast sender and a slow reader: the sender waits for `drain`, so that nothing is lost and no queue grows.

import assert from 'node:assert'
import { once } from 'node:events'
import ipem from 'ipem'

const COUNT = 3000
const chunk = Buffer.alloc(16 * 1024)

if (process.argv[2] === 'child') {
  let received = 0
  ipem.on('chunk', (bytes) => {
    received += bytes.length
    // Slower than the sender: a blocked event loop reads nothing.
    const end = performance.now() + 0.2
    while (performance.now() < end);
  })
  ipem.start()
  ipem.handle('received', () => received)
} else {
  ipem.options({ useSocket: false }).start()
  const pid = await ipem.fork(new URL(import.meta.url), ['child']).online

  let waits = 0
  for (let i = 0; i < COUNT; i++) {
    ipem.sendTo(pid, 'chunk', chunk)
    if (!ipem.writableNeedDrain) continue
    waits++
    await once(ipem, 'drain')
  }
  const received = await ipem.request(pid, 'received')
  const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`
  console.log(`${megabytes(received)} arrived, the sender waited ${waits} times`)
  console.log(`this process uses ${megabytes(process.memoryUsage.rss())}`)
  assert.equal(received, COUNT * chunk.length)
  assert(waits > 0)
  await ipem.close()
}
