// Asking many at once: rows come in the order of the answers, and who hangs fails its own row only.

import assert from 'node:assert'
import ipem from 'ipem'

if (process.argv[2] === 'child') {
  ipem.start()
  ipem.handle('memory', () => {
    if (process.argv[3] === 'hung') return new Promise(() => {})
    return process.memoryUsage.rss()
  })
} else {
  ipem.options({ useSocket: false }).start()
  const file = new URL(import.meta.url)
  const children = ['fine', 'hung', 'fine'].map((how) => ipem.fork(file, ['child', how]))
  await Promise.all(children.map((child) => child.online))

  let sum = 0
  const hung = []
  for await (const { pid, value, error } of ipem.requestAll('childs', 'memory', { timeout: 200 })) {
    console.log(pid, error ? error.code : `${(value / 2 ** 20).toFixed(0)} MiB`)
    if (error) hung.push(pid)
    else sum += value
  }
  console.log(`${(sum / 2 ** 20).toFixed(0)} MiB in all`)
  assert.deepEqual(hung, [children[1].pid])
  await ipem.close()
}
