import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { until } from './puppets.js'
import { script, socketIn } from './script.js'
import { folderFor, startIpem } from './stage.js'

/** Still alive after so many ms: something keeps it, as this timer does not. It costs the time only where it is true. */
const keeps = (ms: number) => `setTimeout(() => { say('kept'); process.exit(0) }, ${ms}).unref()`

describe('the process', { concurrency: 2 }, () => {
  const rows: [what: string, body: string, kept: boolean][] = [
    ['is not kept alive by a grand master without anything', 'await started(ipem.options(options))', false],
    ['is kept alive by a child', `await started(ipem.options(options)); await ipem.fork(remote, ['{}']).online`, true],
    [
      'is not kept alive by a child after unref()',
      `await started(ipem.options(options)); await ipem.fork(remote, ['{}']).online; ipem.unref()`,
      false,
    ],
    [
      'is not kept alive by a child forked after unref()',
      `await started(ipem.options(options)); ipem.unref(); ipem.fork(remote, ['{}'])`,
      false,
    ],
    [
      'is kept alive again after ref()',
      `await started(ipem.options(options)); await ipem.fork(remote, ['{}']).online; ipem.unref().ref()`,
      true,
    ],
  ]
  for (const [what, body, kept] of rows) {
    it(what, async (t) => {
      const { said, code, errors } = await script(t, `${body}; ${keeps(kept ? 300 : 10_000)}`)
      assert.equal(errors, '')
      assert.equal(code, 0)
      assert.deepEqual(said, kept ? [['kept']] : [])
    })
  }

  it('is kept alive by the socket it listens on, and not after unref()', async (t) => {
    const socket = socketIn(folderFor(t))
    const kept = await script(t, `await started(ipem.options(options)); ${keeps(300)}`, { socket })
    assert.deepEqual(kept.said, [['kept']])
    for (const body of [
      `await started(ipem.options(options)); ipem.unref()`,
      `ipem.options(options).start().unref()`,
    ]) {
      const { said, code, errors } = await script(t, `${body}; ${keeps(10_000)}`, { socket })
      assert.deepEqual([said, code, errors], [[], 0, ''], body)
    }
  })

  it('is kept alive by the socket it joined, and not after unref()', async (t) => {
    const socket = socketIn(folderFor(t))
    await startIpem(t, { useSocket: true, socket })
    const kept = await script(t, `await started(ipem.options(options)); ${keeps(300)}`, { socket })
    assert.deepEqual(kept.said, [['kept']])
    for (const body of [
      `await started(ipem.options(options)); ipem.unref()`,
      `ipem.options(options).start().unref()`,
    ]) {
      const { said, code, errors } = await script(t, `${body}; ${keeps(10_000)}`, { socket })
      assert.deepEqual([said, code, errors], [[], 0, ''], body)
    }
  })

  it('may go as soon as flush() says so, even by SIGKILL', async (t) => {
    const socket = socketIn(folderFor(t))
    const gm = await startIpem(t, { useSocket: true, socket })
    let got = 0
    let bytes = 0
    gm.on('x', (text) => {
      got++
      bytes += (text as string).length
    })
    const body = `
      await started(ipem.options(options))
      for (let i = 0; i < 100; i++) ipem.sendToParents('x', 'y'.repeat(50000))
      await ipem.flush()
      process.kill(process.pid, 'SIGKILL')`
    assert.equal((await script(t, body, { socket })).signal, 'SIGKILL')
    await until('all of them', () => got === 100)
    assert.equal(bytes, 5_000_000)
  })
})
