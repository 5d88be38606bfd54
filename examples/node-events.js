// `once` and `on` of node:events work on ipem, with an AbortSignal too.

import assert from 'node:assert'
import { on, once } from 'node:events'
import ipem from 'ipem'

if (process.argv[2] === 'child') {
  ipem.start()
  let count = 0
  const timer = setInterval(() => ipem.sendToParents('tick', ++count), 10)
  ipem.handle('stop', () => clearInterval(timer))
} else {
  ipem.options({ useSocket: false }).start()
  const pid = await ipem.fork(new URL(import.meta.url), ['child']).online

  const [first] = await once(ipem, 'tick', { signal: AbortSignal.timeout(5000) })
  console.log('first tick:', first)

  const ticks = []
  const enough = new AbortController()
  try {
    for await (const [tick] of on(ipem, 'tick', { signal: enough.signal })) {
      ticks.push(tick)
      if (ticks.length === 3) enough.abort()
    }
  } catch (error) {
    assert.equal(error.name, 'AbortError')
  }
  console.log('then:', ticks)
  assert.equal(ticks.length, 3)
  assert.equal(ipem.listenerCount('tick'), 0)
  await ipem.request(pid, 'stop')
  await ipem.close()
}
