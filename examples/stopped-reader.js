// A receiver that does not read at all: it holds nobody back for longer than `stallMs`, and memory stays bounded.

import assert from 'node:assert'
import { once } from 'node:events'
import ipem from 'ipem'

const COUNT = 200
const chunk = Buffer.alloc(64 * 1024)

if (process.argv[2] === 'child') {
  let received = 0
  ipem.on('chunk', () => received++)
  ipem.start()
  ipem.handle('received', () => received)
} else {
  const limits = { highWaterMark: 1024 * 1024, hardLimit: 4 * 1024 * 1024 }
  const errors = []
  ipem.on('error', (error) => errors.push(error))
  ipem.options({ useSocket: false, stallMs: 200, limits }).start()
  const child = ipem.fork(new URL(import.meta.url), ['child'])
  const pid = await child.online

  process.kill(child.osPid, 'SIGSTOP')
  const start = performance.now()
  for (let i = 0; i < COUNT; i++) {
    ipem.sendTo(pid, 'chunk', chunk)
    if (ipem.writableNeedDrain) await once(ipem, 'drain')
  }
  console.log(`${COUNT} sent in ${(performance.now() - start).toFixed(0)} ms to a process that is stopped`)

  process.kill(child.osPid, 'SIGCONT')
  while (errors.length < 2) await once(ipem, 'error')
  const [first, last] = errors
  console.log(`${first.message}\n${last.message}`)
  const received = await ipem.request(pid, 'received')
  console.log(`${received} arrived, ${last.count} were refused`)
  assert.equal(received + last.count, COUNT)
  await ipem.close()
}
