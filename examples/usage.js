// The usage of ipevents' readme in today's spelling; only that this example ends by itself.

import assert from 'node:assert'
import ipem from 'ipem'

const isChild = process.argv[2] === 'child'

ipem
  .options({ useSocket: false })
  .on('ready', function () {
    console.log('ready', this.pid)
    if (isChild) return

    ipem.on('online', function () {
      console.log('process online', this.from, this.pids)
      child.stop()
    })

    ipem.on('offline', async function (pid, { signal }) {
      console.log('process offline', pid, signal, 'reported by', this.from)
      assert.equal(signal, 'SIGTERM')
      await ipem.close()
    })

    const child = ipem.fork(new URL(import.meta.url), ['child'])
  })
  .start()
