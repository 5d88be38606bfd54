// Three children keep a cache each. Whoever changes a value tells its siblings to drop theirs.

import assert from 'node:assert'
import ipem from 'ipem'

if (process.argv[2] === 'child') {
  // Promises, not values: a drop then also hits an answer that is still under way.
  const cache = new Map()
  ipem.on('drop', (key) => cache.delete(key))
  ipem.start()
  ipem.handle('get', (key) => {
    if (!cache.has(key)) cache.set(key, ipem.request('parent', 'truth', key))
    return cache.get(key)
  })
  ipem.handle('set', async (key, value) => {
    await ipem.request('parent', 'change', key, value)
    cache.delete(key)
    ipem.sendToSiblings('drop', key)
  })
} else {
  const truth = new Map([['colour', 'red']])
  ipem.options({ useSocket: false }).start()
  ipem.handle('truth', (key) => truth.get(key))
  ipem.handle('change', (key, value) => void truth.set(key, value))

  const children = [1, 2, 3].map(() => ipem.fork(new URL(import.meta.url), ['child']))
  const [a, b, c] = await Promise.all(children.map((child) => child.online))
  const colours = () => Promise.all([a, b, c].map((pid) => ipem.request(pid, 'get', 'colour')))

  console.log('before:', await colours())
  await ipem.request(a, 'set', 'colour', 'blue')
  const after = await colours()
  console.log('after: ', after)
  assert.deepEqual(after, ['blue', 'blue', 'blue'])
  await ipem.close()
}
