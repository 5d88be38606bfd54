// Leaving in order: a child finishes its work when it is told to stop, and close() waits for it.
// With Node 24 or TypeScript: `await using ipem = createIpem()` closes at the end of the block.

import assert from 'node:assert'
import { setTimeout as delay } from 'node:timers/promises'
import { createIpem } from 'ipem'

const ipem = createIpem()
if (process.argv[2] === 'child') {
  ipem.start()
  process.once('SIGTERM', async () => {
    await delay(100)
    ipem.sendToParents('last words', 'all saved')
    await ipem.close()
    process.exit()
  })
} else {
  const heard = []
  ipem.options({ useSocket: false, stopTimeout: 2000 })
  ipem.on('last words', (words) => heard.push(words))
  ipem.on('offline', (_pid, info) => heard.push(info.code))
  ipem.start()

  await ipem.fork(new URL(import.meta.url), ['child']).online
  // Each child gets SIGTERM, in reverse order; SIGKILL comes after `stopTimeout`.
  await ipem[Symbol.asyncDispose]()
  console.log(heard)
  assert.equal(heard[0], 'all saved')
  // Nothing is left that keeps this process alive: it ends here by itself.
}
