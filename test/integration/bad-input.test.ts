import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import type { IpemError, Message } from '../../src/index.js'
import { until } from './puppets.js'
import { forkRemote, type Remote, type RemoteFunction, remoteFile } from './remote.js'
import { type AnyIpem, startIpem } from './stage.js'

const NOBODY = '1-0123456789'

/** Sends over there and answers with the next error there, as data. */
const nextError: RemoteFunction<Promise<unknown>> = (ipem, _, method, ...args) =>
  new Promise((resolve) => {
    ipem.once('error', ({ code, pid, to, event, reporter, undelivered }) => {
      resolve({ code, pid, to, event, reporter, undelivered })
    })
    ;(ipem as unknown as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args)
  })

/** Calls a function over there and answers with the code and the path of what it throws. */
const thrown: RemoteFunction<unknown> = (ipem, _, method, ...args) => {
  try {
    ;(ipem as unknown as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args)
    return null
  } catch (error) {
    const { code, path, argument, event } = error as Record<string, unknown>
    return { code, path, argument, event }
  }
}

// One after the other: some wait for the next error of a process.
describe('bad input in a tree of processes', () => {
  let top: AnyIpem
  let a: Remote
  let a1: Remote
  let b: Remote
  let close: () => Promise<void>
  const got: unknown[][] = []

  before(async () => {
    const { createIpem } = await import('../../src/index.js')
    top = createIpem().options({ useSocket: false })
    close = () => top.close()
    const ready = once(top, 'ready')
    top.start()
    await ready
    top.on('ev', (...args) => got.push(args))
    a = await forkRemote(top)
    a1 = await a.fork()
    b = await forkRemote(top)
  })
  after(() => close())

  it('sendTo of an unknown pid from a grandchild comes back as an error with the message', async () => {
    const error = await a1.run(nextError, 'sendTo', NOBODY, 'ev', 'x', { deep: [1] })
    assert.deepEqual(error, {
      code: 'ERR_IPEM_UNREACHABLE',
      pid: NOBODY,
      to: NOBODY,
      event: 'ev',
      reporter: top.pid,
      undelivered: {
        from: a1.pid,
        pids: [a1.pid],
        to: NOBODY,
        route: [],
        type: 6,
        event: 'ev',
        args: ['x', { deep: [1] }],
      },
    })
  })

  it('sendTo along a way that does not exist is told by the process at the gap', async () => {
    const error = (await a1.run(nextError, 'sendTo', [b.pid, a.pid, a1.pid], 'ev', 1)) as Record<string, unknown>
    assert.equal(error.code, 'ERR_IPEM_UNREACHABLE')
    assert.equal(error.reporter, a.pid)
    assert.deepEqual((error.undelivered as Message).args, [1])
  })

  it('sendTo of a process that has gone meanwhile is told', async () => {
    const gone = await b.fork()
    const offline = once(top, 'offline')
    gone.kill()
    await offline
    const error = (await a1.run(nextError, 'sendTo', gone.pid, 'ev', 1)) as Record<string, unknown>
    assert.deepEqual([error.code, error.pid], ['ERR_IPEM_UNREACHABLE', gone.pid])
  })

  it('sendToChild of one that is no child is told at home', async () => {
    for (const pid of [NOBODY, a.pid, b.pid, 4_000_000]) {
      const error = (await a1.run(nextError, 'sendToChild', pid, 'ev', 1)) as Record<string, unknown>
      assert.deepEqual([error.code, error.pid, error.reporter], ['ERR_IPEM_UNREACHABLE', String(pid), undefined])
    }
    const error = (await a.run(nextError, 'sendToChild', b.pid, 'ev')) as Record<string, unknown>
    assert.equal(error.code, 'ERR_IPEM_UNREACHABLE')
  })

  it('an OS pid of somebody else’s child means nobody, and nobody is cut off for it', async () => {
    for (const pid of [b.osPid, String(b.osPid), 4_000_000]) {
      const error = (await a1.run(nextError, 'sendTo', pid, 'ev', 1)) as Record<string, unknown>
      assert.deepEqual([error.code, error.pid, error.reporter], ['ERR_IPEM_UNREACHABLE', String(pid), undefined])
      const asked = a1.run((ipem, _, target) => ipem.request(target, 'run', '() => 1').catch(({ code }) => code), pid)
      assert.equal(await asked, 'ERR_IPEM_UNREACHABLE')
    }
    assert.equal(await a1.run((ipem) => ipem.parentPid), a.pid)
  })

  it('wrong use in a grandchild throws there, and what was sent before and after arrives', async () => {
    const calls: [code: string, ...call: unknown[]][] = [
      ['ERR_IPEM_INVALID_ARG', 'broadcast', ''],
      ['ERR_IPEM_INVALID_ARG', 'broadcast', 'x'.repeat(257)],
      ['ERR_IPEM_INVALID_ARG', 'sendTo', 'somebody', 'ev'],
      ['ERR_IPEM_INVALID_ROUTE', 'sendTo', [], 'ev'],
      ['ERR_IPEM_INVALID_ROUTE', 'sendTo', [top.pid, a.pid], 'ev'],
      ['ERR_IPEM_RESERVED_EVENT', 'sendToParents', 'offline', top.pid],
      ['ERR_IPEM_RESERVED_EVENT', 'broadcast', 'ipem:tree'],
      ['ERR_IPEM_ALREADY_STARTED', 'start'],
      ['ERR_IPEM_INVALID_ARG', 'fork', ''],
      ['ERR_IPEM_INVALID_OPTION', 'fork', 'x.js', [], { cdw: '/' }],
    ]
    got.length = 0
    await a1.run((ipem) => void ipem.sendToGrandMaster('ev', 'before'))
    for (const [code, ...call] of calls) {
      assert.equal(((await a1.run(thrown, ...call)) as { code: string } | null)?.code, code, String(call[0]))
    }
    await a1.run((ipem) => void ipem.sendToGrandMaster('ev', 'after'))
    assert.deepEqual(got, [['before'], ['after']])
  })

  it('an argument that cannot travel is named by its path and harms nothing else', async () => {
    const result = await a1.run((ipem) => {
      const codes: unknown[] = []
      for (const args of [[() => {}], [1, { a: [Symbol('x')] }], [{ deep: { er: Promise.resolve() } }]]) {
        try {
          ipem.sendToParents('ev', ...args)
        } catch (error) {
          codes.push([(error as Record<string, unknown>).code, (error as Record<string, unknown>).path])
        }
      }
      return codes
    })
    const code = 'ERR_IPEM_UNSERIALIZABLE'
    assert.deepEqual(result, [
      [code, 'args[0]'],
      [code, 'args[1].a[0]'],
      [code, 'args[0].deep.er'],
    ])
  })

  it('news that only ipem may tell cannot be made up, though requests have any name', async () => {
    await assert.rejects(top.request(a1.pid, 'ipem:children'), { code: 'ERR_IPEM_RESERVED_EVENT' })
    const codes = await a1.run((ipem) => {
      const own = ['ipem:children', 'ipem:tree', 'online']
      return Promise.all(own.map((name) => ipem.request('grandmaster', name).catch(({ code }) => code)))
    })
    assert.deepEqual(codes, Array(3).fill('ERR_IPEM_RESERVED_EVENT'))
  })
})

describe('without a listener for errors', { concurrency: 4 }, () => {
  it('what could not be delivered is one warning for each code and target, and no crash', async (t) => {
    const top = await startIpem(t)
    const child = top.fork(remoteFile, ['{}'], { restart: false, stdio: ['ignore', 'ignore', 'pipe'] })
    let errors = ''
    child.process.stderr?.on('data', (data) => {
      errors += data
    })
    const pid = await child.online
    await top.request(
      pid,
      'run',
      String((ipem: AnyIpem) => {
        for (let i = 0; i < 5; i++) {
          ipem.sendToChild('1-0123456789', 'ev', i)
          ipem.sendTo('2-0123456789', 'ev', i)
          ipem.sendTo('1-0123456789', 'ev', i)
          ipem.sendToChild(4_000_000, 'ev', i)
        }
      }),
    )
    const targets = ['1-0123456789', '2-0123456789', '4000000']
    await until('the warnings', () => targets.every((target) => errors.includes(target)))
    assert.equal(await top.request(pid, 'run', '() => 1'), 1)
    const warnings = errors.split('\n').filter((line) => line.includes('ERR_IPEM_UNREACHABLE'))
    assert.deepEqual(warnings.map((line) => targets.find((target) => line.includes(target))).sort(), targets)
    assert.ok(warnings.every((line) => /\[ERR_IPEM_UNREACHABLE\] IpemWarning: /.test(line)))
  })

  it('a fault of this process is thrown', async (t) => {
    const top = await startIpem(t)
    const child = top.fork(remoteFile, ['{}'], { restart: false, stdio: ['ignore', 'ignore', 'pipe'] })
    let errors = ''
    child.process.stderr?.on('data', (data) => {
      errors += data
    })
    const pid = await child.online
    const offline = once(top, 'offline')
    void top.request(
      pid,
      'run',
      '(ipem) => void ipem.fork("/no/such/file.js", [], { stdio: "ignore", restart: false })',
    )
    assert.deepEqual(await offline, [pid, { code: 1, signal: null, reason: 'exit' }])
    await until('its words', () => errors.includes('ERR_IPEM_SPAWN'))
  })
})

describe('schemas', { concurrency: 4 }, () => {
  const schemas = { job: { type: 'array', items: [{ type: 'integer' }], minItems: 1 } }

  it('hold at the call in one process and on arrival in another', async (t) => {
    const top = await startIpem(t, { schemas })
    const [keeps, free] = [await forkRemote(top, { schemas }), await forkRemote(top)]
    const jobs: unknown[] = []
    const errors: IpemError[] = []
    top.on('job', (job) => jobs.push(job)).on('error', (error) => errors.push(error))
    const wrong = (await keeps.run(thrown, 'sendToParents', 'job', 'x')) as Record<string, unknown>
    assert.deepEqual([wrong.code, wrong.event, wrong.path], ['ERR_IPEM_SCHEMA', 'job', 'args[0]'])
    await keeps.run((ipem) => void ipem.sendToParents('job', 1))
    await free.run((ipem) => void ipem.sendToParents('job', 'x').sendToParents('job', 2))
    await until('the last job', () => jobs.includes(2))
    assert.deepEqual(jobs, [1, 2])
    await until('the error', () => errors.length > 0)
    assert.deepEqual(
      errors.map(({ code, event }) => [code, event]),
      [['ERR_IPEM_SCHEMA', 'job']],
    )
  })
})
