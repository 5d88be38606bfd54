// `process.exit()` right after sending: everything still arrives, in order. A child's link is written to the end.

import assert from 'node:assert'
import { once } from 'node:events'
import ipem from 'ipem'

const COUNT = 10_000

if (process.argv[2] === 'child') {
  ipem.on('ready', () => {
    for (let i = 0; i < COUNT; i++) ipem.sendToParents('word', i, 'x'.repeat(1000))
    process.exit(7)
  })
  ipem.start()
} else {
  let words = 0
  ipem.on('word', (number) => assert.equal(number, words++))
  ipem.options({ useSocket: false, restart: false }).start()
  ipem.fork(new URL(import.meta.url), ['child'])

  const [pid, { code }] = await once(ipem, 'offline')
  console.log(`${pid} exited with ${code}, ${words} words arrived before that was told`)
  assert.equal(words, COUNT)
  assert.equal(code, 7)
  await ipem.close()
}
