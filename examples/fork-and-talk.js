// A parent forks a child, gives it a job, and gets the result back along the way the job came.

import assert from 'node:assert'
import ipem from 'ipem'

if (process.argv[2] === 'child') {
  ipem.on('job', function (numbers) {
    const sum = numbers.reduce((all, each) => all + each, 0)
    // `this` is the message: where it came from, and the way it took.
    ipem.sendTo(this.pids, 'job:done', sum)
  })
  ipem.start()
} else {
  ipem.options({ useSocket: false }).start()
  const child = ipem.fork(new URL(import.meta.url), ['child'])
  const pid = await child.online

  ipem.on('job:done', async function (sum) {
    console.log(`${this.from} answered ${sum}`)
    assert.equal(this.from, pid)
    assert.equal(sum, 6)
    await ipem.close()
  })
  ipem.sendToChild(pid, 'job', [1, 2, 3])
}
