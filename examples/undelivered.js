// What cannot be delivered comes back: the sender is told, wherever on the way it was.

import assert from 'node:assert'
import { once } from 'node:events'
import ipem from 'ipem'

if (process.argv[2] === 'child') {
  ipem.start()
} else {
  ipem.options({ useSocket: false, restart: false }).start()
  const child = ipem.fork(new URL(import.meta.url), ['child'])
  const pid = await child.online
  const offline = once(ipem, 'offline')
  await child.stop()
  await offline

  // Without a listener this would be a warning; with one you decide.
  const undelivered = new Promise((resolve) => ipem.once('error', resolve))
  ipem.sendTo(pid, 'job', 42)
  const error = await undelivered
  console.log(error.code, error.undelivered.event, error.undelivered.args)
  assert.equal(error.code, 'ERR_IPEM_UNREACHABLE')
  assert.deepEqual(error.undelivered.args, [42])
  await ipem.close()
}
