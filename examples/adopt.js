// A child that was forked without ipem, by `child_process.fork`: events travel over its `process.send`.
// Children made after `start()` are adopted by themselves, others by `adopt()`. Your own messages stay yours.

import assert from 'node:assert'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import ipem from 'ipem'

if (process.argv[2] === 'child') {
  process.send('a message of my own')
  ipem.on('ping', () => ipem.sendToParents('pong'))
  ipem.start()
} else {
  const child = fork(fileURLToPath(import.meta.url), ['child'])
  const messages = []
  child.on('message', (message) => messages.push(message))

  ipem.options({ useSocket: false }).start()
  ipem.adopt(child)
  await once(ipem, 'online')

  // First listen, then ask: events are only sent where somebody listens.
  const pong = once(ipem, 'pong')
  ipem.sendToChilds('ping')
  await pong
  console.log('role:', ipem.tree().children[0].role, '- messages:', messages)
  assert.deepEqual(messages, ['a message of my own'])
  // We only adopted it: it is not ours to stop.
  child.kill()
  await ipem.close()
}
