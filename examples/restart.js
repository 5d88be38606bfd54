// A child that crashes is started again; one that leaves with code 0 is not, where `restart` is 'transient'.

import assert from 'node:assert'
import ipem from 'ipem'

if (process.argv[2] === 'child') {
  ipem.on('leave', (code) => process.exit(code))
  ipem.start()
} else {
  ipem.options({ useSocket: false, restart: 'transient', delayRestart: 50 }).start()
  const child = ipem.fork(new URL(import.meta.url), ['child'])
  child.on('exit', (code) => console.log('exit', code, 'after', child.restarts, 'restarts'))

  const first = await child.online
  ipem.sendTo(first, 'leave', 1)
  // Through all restarts it is the same Child; a new process has a new pid.
  const second = await new Promise((resolve) => child.once('online', resolve))
  assert.notEqual(second, first)
  assert.equal(child.restarts, 1)

  const left = new Promise((resolve) => child.once('offline', resolve))
  ipem.sendTo(second, 'leave', 0)
  await left
  assert.equal(child.restarts, 1)
  await ipem.close()
}
