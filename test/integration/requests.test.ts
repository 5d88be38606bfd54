import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createIpem, type IpemError, type RemoteError } from '../../src/index.js'
import { until } from './puppets.js'
import { forkRemote, type Remote, type RemoteFunction } from './remote.js'
import { type AnyIpem, isAlive, ready as untilReady } from './stage.js'

/**
 *     gm ── a ── a1
 *      └─── b ── b1
 */
let gm: AnyIpem
let a: Remote
let a1: Remote
let b: Remote
let b1: Remote

const NOBODY = '1-0123456789'
const code = (expected: string) => (error: IpemError) => {
  assert.equal(error.code, expected, error.stack)
  return true
}

/** Answers with what became of a request: for processes that are asked to ask. */
const ask: RemoteFunction<unknown> = (ipem, _, target, ...rest) =>
  ipem.request(target, 'run', ...rest).then(
    (value) => ({ value }),
    ({ code, pid, lost }) => ({ code, pid, lost }),
  )

/** Never answers; tells gm when it begins, and why its signal was aborted. */
const hang: RemoteFunction<unknown> = function (ipem, _, name) {
  ipem.sendToGrandMaster('begun', name)
  return new Promise(() => {
    this.signal.addEventListener('abort', () => ipem.sendToGrandMaster('aborted', name, this.signal.reason.code))
  })
}

async function ready(ipem: AnyIpem): Promise<AnyIpem> {
  await untilReady(ipem)
  return ipem
}

/** Waits for one of the two events of `hang`, by the name. */
async function hung(event: 'begun' | 'aborted', name: string): Promise<unknown> {
  let why: unknown[] | null = null
  const listener = (...args: unknown[]) => {
    if (args[0] === name) why = args
  }
  gm.on(event, listener)
  await until(`${name} to have ${event}`, () => why).finally(() => gm.off(event, listener))
  return (why as unknown as unknown[])[1]
}

/** Another child of a process, for tests that kill it. */
async function spare(of: Remote | null = null): Promise<Remote> {
  return of === null ? forkRemote(gm) : of.fork()
}

describe('requests between real processes', { concurrency: 4 }, () => {
  before(async () => {
    gm = createIpem().options({ useSocket: false })
    gm.handle('run', (source, ...args) => [source, ...args])
    await ready(gm)
    a = await forkRemote(gm)
    b = await forkRemote(gm)
    a1 = await a.fork()
    b1 = await b.fork()
  })
  after(() => gm.close())

  describe('reach', () => {
    it('a child, a grandchild, and a child by its OS pid', async () => {
      for (const remote of [a, a1, b1]) assert.equal(await remote.run((ipem) => ipem.pid), remote.pid)
      assert.equal(await gm.request(a.osPid, 'run', '(ipem) => ipem.pid'), a.pid)
      assert.equal(await gm.request(String(b.osPid), 'run', '(ipem) => ipem.pid'), b.pid)
    })

    it('the parent and the grand master by these words', async () => {
      const who = '(ipem) => ipem.pid'
      assert.deepEqual(await a1.run(ask, 'parent', who), { value: a.pid })
      assert.deepEqual(await a1.run(ask, 'grandmaster', who, 1), { value: [who, 1] })
      assert.deepEqual(await a.run(ask, 'parent', who), { value: [who] })
      assert.deepEqual(await gm.request('grandmaster', 'run', 'x'), ['x'])
      await assert.rejects(gm.request('parent', 'run', 'x'), code('ERR_IPEM_UNREACHABLE'))
    })

    it('any process from any other', async () => {
      for (const from of [a, a1, b, b1]) {
        for (const to of [a, a1, b, b1])
          assert.deepEqual(await from.run(ask, to.pid, '(ipem) => ipem.pid'), { value: to.pid })
        assert.deepEqual(await from.run(ask, gm.pid, 'x'), { value: ['x'] })
      }
    })

    it('the caller along the way its request came', async () => {
      const answer = await b1.run(
        (ipem, _, to, source) => ipem.request(to, 'run', source),
        a1.pid,
        String(async function (this: { pids: string[] }, ipem: AnyIpem) {
          return [this.pids, await ipem.request(this.pids, 'run', 'function () { return this.pids }')]
        }),
      )
      const way = [b1.pid, b.pid, gm.pid, a.pid, a1.pid]
      assert.deepEqual(answer, [way, [...way].reverse()])
    })

    it('nobody where there is nobody, and say so', async () => {
      await assert.rejects(gm.request(NOBODY, 'run'), code('ERR_IPEM_UNREACHABLE'))
      await assert.rejects(gm.request(4_000_000, 'run'), code('ERR_IPEM_UNREACHABLE'))
      await assert.rejects(gm.request([NOBODY, a.pid, gm.pid], 'run'), code('ERR_IPEM_UNREACHABLE'))
      assert.equal(
        (await a1.run<Promise<Record<string, unknown>>>(ask as never, NOBODY, 'x')).code,
        'ERR_IPEM_UNREACHABLE',
      )
    })

    it('a process without a handler, which is another answer', async () => {
      await assert.rejects(gm.request(a1.pid, 'no such'), (error: IpemError) => {
        assert.equal(error.code, 'ERR_IPEM_NO_HANDLER')
        assert.equal(error.pid, a1.pid)
        assert.equal(error.event, 'no such')
        return true
      })
    })
  })

  describe('answer', () => {
    it('with what the handler returns, now or later', async () => {
      assert.equal(await a1.run(() => undefined), undefined)
      assert.equal(await a1.run(() => null), null)
      assert.equal(await a1.run(async () => 'later'), 'later')
      const value = { list: [1, 'x', { deep: [true] }], bytes: Buffer.from('abc') }
      assert.deepEqual(await a1.run((_ipem, _state, given) => given, value), value)
      // biome-ignore lint/suspicious/noThenProperty: that is the test
      assert.equal(await a1.run(() => ({ then: (resolve: (value: number) => void) => resolve(7) }) as never), 7)
    })

    it('with values that are no plain data', async () => {
      const map = new Map<unknown, unknown>([
        ['a', new Set([1])],
        [2, new Date(0)],
      ])
      assert.deepEqual(await a1.run((_ipem, _state, given) => given, map), map)
    })

    it('once for each, and never one that is late to somebody else', async () => {
      const slow = a1.run(
        (_ipem, state) =>
          new Promise<string>((resolve) => {
            state.release = () => resolve('late')
          }),
      )
      const timedOut = gm.request(a1.pid, 'run', '() => new Promise((resolve) => { globalThis.late = resolve })', {
        timeout: 1,
      })
      await assert.rejects(timedOut, code('ERR_IPEM_TIMEOUT'))
      const others = Array.from({ length: 50 }, (_, i) => a1.run((_ipem, _state, n) => n, i))
      await a1.run(() => (globalThis as unknown as { late(value: string): void }).late('late'))
      assert.deepEqual(
        await Promise.all(others),
        Array.from({ length: 50 }, (_, i) => i),
      )
      await a1.run((_ipem, state) => state.release())
      assert.equal(await slow, 'late')
    })

    it('also when the handler closes its own ipem', async () => {
      const child = await spare()
      const answer = await child.run((ipem) => {
        void ipem.close()
        return 'closing'
      })
      assert.equal(answer, 'closing')
      await until('its end', () => !isAlive(child.osPid))
    })

    it('many at a time: 10,000, and the next one is told', async () => {
      const top = await ready(createIpem().options({ useSocket: false }))
      const remote = await forkRemote(top)
      await remote.run((ipem) => void ipem.handle('double', (n) => n * 2))
      const answers: Promise<number>[] = []
      for (let i = 0; i < 10_000; i++) answers.push(top.request<number>(remote.pid, 'double', i))
      await assert.rejects(top.request(remote.pid, 'double', 1), (error: IpemError) => {
        assert.equal(error.code, 'ERR_IPEM_TOO_MANY')
        assert.equal(error.limit, 10_000)
        return true
      })
      assert.deepEqual(
        await Promise.all(answers),
        Array.from({ length: 10_000 }, (_, i) => i * 2),
      )
      await top.close()
    })
  })

  describe('fail', () => {
    /** What `throws`, as text of a function body, makes the caller get. */
    const failure = async (throws: string): Promise<RemoteError & Record<string, unknown>> => {
      const error: unknown = await gm.request(b1.pid, 'run', `() => { ${throws} }`).then(
        () => assert.fail('it did not throw'),
        (error) => error,
      )
      assert.ok(error instanceof Error)
      assert.equal((error as RemoteError).remotePid, b1.pid)
      return error as RemoteError & Record<string, unknown>
    }

    it('with name, message, code, cause, own fields and the stack over there', async () => {
      const error = await failure(`
        const error = new RangeError('too far', { cause: new TypeError('the cause', { cause: 'deeper' }) })
        throw Object.assign(error, { code: 'E_FAR', distance: 7, where: { x: [1] } })`)
      assert.equal(error.name, 'RangeError')
      assert.equal(error.message, 'too far')
      assert.equal(error.code, 'E_FAR')
      assert.equal(error.distance, 7)
      assert.deepEqual(error.where, { x: [1] })
      const cause = error.cause as Error
      assert.ok(cause instanceof Error)
      assert.deepEqual([cause.name, cause.message, cause.cause], ['TypeError', 'the cause', 'deeper'])
      assert.match(error.remoteStack, /too far[\s\S]*remote\.js/)
      assert.equal(error.stack, error.remoteStack)
    })

    it('with ERR_IPEM_REMOTE where there is no code', async () => {
      const error = await failure("throw new TypeError('x')")
      assert.equal(error.code, 'ERR_IPEM_REMOTE')
      assert.equal(error.name, 'TypeError')
      assert.equal(error.message, 'x')
    })

    it('with the name and fields of a class of its own', async () => {
      const error = await failure(`
        class Own extends Error { name = 'Own'; static x = 1; #y = 2; constructor(id) { super('own'); this.id = id } }
        throw new Own(7)`)
      assert.deepEqual([error.name, error.message, error.id], ['Own', 'own', 7])
    })

    it('with a system error as it is', async () => {
      const error = await failure("process.getBuiltinModule('node:fs').readFileSync('/no/such/file')")
      assert.deepEqual([error.code, error.errno, error.syscall, error.path], ['ENOENT', -2, 'open', '/no/such/file'])
    })

    it('with all errors of an AggregateError', async () => {
      const error = await failure(
        "throw new AggregateError([new RangeError('one'), 'two', new Error('three')], 'several')",
      )
      assert.equal(error.name, 'AggregateError')
      const errors = error.errors as unknown[]
      assert.ok(errors[0] instanceof Error)
      assert.deepEqual(
        errors.map((each) => (each instanceof Error ? each.message : each)),
        ['one', 'two', 'three'],
      )
    })

    it('with what is no Error as the cause', async () => {
      for (const thrown of ['text', 7, null, { reason: 'x' }, ['list']]) {
        const error = await failure(`throw ${JSON.stringify(thrown)}`)
        assert.equal(error.code, 'ERR_IPEM_REMOTE')
        assert.deepEqual(error.cause, thrown)
      }
      assert.equal((await failure('throw undefined')).cause, undefined)
      assert.equal((await failure('return Promise.reject("later")')).cause, 'later')
    })

    it('with as much as can travel of an error that cannot', async () => {
      for (const poison of [
        'fn() {}',
        'get x() { throw new Error("trap") }',
        'symbol: Symbol("x")',
        'promise: Promise.resolve()',
      ]) {
        const error = await failure(
          `throw Object.defineProperties(new RangeError('essence'), Object.getOwnPropertyDescriptors({ code: 'E_X', ${poison} }))`,
        )
        assert.deepEqual([error.name, error.message, error.code], ['RangeError', 'essence', 'E_X'], poison)
      }
    })

    it('with an error that is its own cause, or frozen', async () => {
      const ring = await failure("const error = new Error('ring'); error.cause = error; throw error")
      assert.equal(ring.message, 'ring')
      assert.equal((await failure("throw Object.freeze(new Error('cold'))")).message, 'cold')
    })

    it('where the answer cannot be sent', async () => {
      const answer = (source: string) => gm.request(b1.pid, 'run', source)
      await assert.rejects(answer('() => ({ a: [() => {}] })'), (error: IpemError) => {
        assert.equal(error.code, 'ERR_IPEM_UNSERIALIZABLE')
        assert.match(error.message, /The answer to "run" cannot be sent: .*a\[0\]/)
        return true
      })
      await assert.rejects(answer('() => Symbol("x")'), code('ERR_IPEM_UNSERIALIZABLE'))
      assert.equal(await b1.run(() => 'still there'), 'still there')
    })

    it('where an argument cannot be sent, named by its path, and nothing else is lost', async () => {
      const before = a1.run(() => 'before')
      await assert.rejects(gm.request(a1.pid, 'run', 'x', { list: [1, { fn() {} }] }), (error: IpemError) => {
        assert.equal(error.code, 'ERR_IPEM_UNSERIALIZABLE')
        assert.equal(error.path, 'args[1].list[1].fn')
        return true
      })
      assert.equal(await before, 'before')
    })
  })

  describe('end', () => {
    it('by their timeout, which aborts the signal of the handler', async () => {
      const aborted = hung('aborted', 'timeout')
      await assert.rejects(gm.request(b1.pid, 'run', String(hang), 'timeout', { timeout: 50 }), (error: IpemError) => {
        assert.equal(error.code, 'ERR_IPEM_TIMEOUT')
        assert.equal(error.timeout, 50)
        assert.equal(error.pid, b1.pid)
        return true
      })
      assert.equal(await aborted, 'ERR_IPEM_ABORTED')
    })

    it('by the signal of the caller, which aborts that of the handler', async () => {
      const controller = new AbortController()
      const begun = hung('begun', 'abort')
      const aborted = hung('aborted', 'abort')
      const asked = gm.request(b1.pid, 'run', String(hang), 'abort', { signal: controller.signal })
      const failed = assert.rejects(asked, (error: IpemError) => {
        assert.equal(error.code, 'ERR_IPEM_ABORTED')
        assert.equal(error.name, 'AbortError')
        assert.equal((error.cause as Error).message, 'enough')
        return true
      })
      await begun
      controller.abort(new Error('enough'))
      await failed
      assert.equal(await aborted, 'ERR_IPEM_ABORTED')
    })

    it('when the target is killed: its parent, the top and another branch learn it', async () => {
      const target = await spare(a)
      const names = ['parent', 'top', 'branch']
      const begun = names.map((name) => hung('begun', name))
      const results = [
        a.run(ask, target.pid, String(hang), 'parent'),
        gm.request(target.pid, 'run', String(hang), 'top').catch(({ code, pid, lost }) => ({ code, pid, lost })),
        b1.run(ask, target.pid, String(hang), 'branch'),
      ]
      await Promise.all(begun)
      target.kill()
      const gone = { code: 'ERR_IPEM_GONE', pid: target.pid, lost: target.pid }
      assert.deepEqual(await Promise.all(results), [gone, gone, gone])
    })

    it('when the target exits with the answer under way, with the answer', async () => {
      const target = await spare(b)
      const answer = await target.run(() => {
        setImmediate(() => process.exit(0))
        return 'last words'
      })
      assert.equal(answer, 'last words')
    })

    it('when a relay between them is killed', async () => {
      const relay = await spare()
      const target = await relay.fork()
      const names = ['over relay', 'top over relay']
      const begun = names.map((name) => hung('begun', name))
      const results = [
        a1.run(ask, target.pid, String(hang), 'over relay'),
        gm.request(target.pid, 'run', String(hang), 'top over relay').catch(({ code, pid }) => ({ code, pid })),
      ]
      await Promise.all(begun)
      relay.kill()
      for (const result of await Promise.all(results)) {
        const { code, pid } = result as { code: string; pid: string }
        assert.deepEqual({ code, pid }, { code: 'ERR_IPEM_GONE', pid: target.pid })
      }
    })

    it('when the relay of a given way is killed, though the target was asked over it only', async () => {
      const relay = await spare()
      const target = await relay.fork()
      const begun = hung('begun', 'given way')
      const asked = gm.request([target.pid, relay.pid, gm.pid], 'run', String(hang), 'given way')
      const failed = assert.rejects(asked, code('ERR_IPEM_GONE'))
      await begun
      relay.kill()
      await failed
    })

    it('for the handler when the caller is killed, in another branch too', async () => {
      const caller = await spare(a)
      const name = 'killed caller'
      const begun = hung('begun', name)
      const aborted = hung('aborted', name)
      const failed = assert.rejects(caller.run(ask, b1.pid, String(hang), name), code('ERR_IPEM_GONE'))
      await begun
      caller.kill()
      assert.equal(await aborted, 'ERR_IPEM_GONE')
      await failed
    })

    it('for the handler when the parent of the caller is killed', async () => {
      const relay = await spare(a)
      const caller = await relay.fork()
      const name = 'killed relay of the caller'
      const begun = hung('begun', name)
      const aborted = hung('aborted', name)
      const failed = assert.rejects(caller.run(ask, b1.pid, String(hang), name), code('ERR_IPEM_GONE'))
      await begun
      relay.kill()
      assert.equal(await aborted, 'ERR_IPEM_GONE')
      await failed
    })

    it('before they begin, with a signal that is aborted already', async () => {
      await assert.rejects(
        gm.request(a1.pid, 'run', '() => process.exit(1)', { signal: AbortSignal.abort() }),
        code('ERR_IPEM_ABORTED'),
      )
      assert.equal(await a1.run(() => 'alive'), 'alive')
    })
  })

  describe('to all', () => {
    it('childs: one that is stopped fails its own row only', async () => {
      const top = await ready(createIpem().options({ useSocket: false }))
      const remotes = await Promise.all([1, 2, 3].map(() => forkRemote(top)))
      const [stopped] = remotes as [Remote, Remote, Remote]
      stopped.kill('SIGSTOP')
      const rows: Record<string, unknown> = {}
      for await (const row of top.requestAll('childs', 'run', '(ipem) => ipem.pid', { timeout: 2_000 })) {
        assert.equal('error' in row, row.error !== undefined)
        assert.equal('value' in row, !('error' in row))
        rows[row.pid] = row.error ? (row.error as IpemError).code : row.value
      }
      const expected = remotes.map(({ pid }) => [pid, pid === stopped.pid ? 'ERR_IPEM_TIMEOUT' : pid])
      assert.deepEqual(rows, Object.fromEntries(expected))
      stopped.kill('SIGCONT')
      await top.close()
    })

    it('siblings and everyone, from below', async () => {
      const family = await spare()
      const [x, y, z] = [await family.fork(), await family.fork(), await family.fork()]
      const all: RemoteFunction<Promise<unknown[]>> = async (ipem, _, members) => {
        const values: unknown[] = []
        for await (const row of ipem.requestAll(members, 'run', '(ipem) => ipem.pid'))
          values.push(row.error ?? row.value)
        return values.sort()
      }
      assert.deepEqual(await x.run(all, 'siblings'), [y.pid, z.pid].sort())
      assert.deepEqual(await family.run(all, 'childs'), [x.pid, y.pid, z.pid].sort())
      assert.deepEqual(await x.run(all, 'childs'), [])
      const everyone = (await x.run(all, 'everyone')) as unknown[]
      for (const pid of [family, y, z, a, a1, b, b1].map((each) => each.pid)) assert.ok(everyone.includes(pid), pid)
      assert.ok(!everyone.includes(x.pid))
    })

    it('ends what is under way when the loop is left', async () => {
      const family = await spare()
      const [x, y] = [await family.fork(), await family.fork()]
      const aborted = hung('aborted', 'left')
      const first = await family.run(
        async (ipem, _, pid, source) => {
          for await (const row of ipem.requestAll('childs', 'run', source, pid)) return row.error ?? row.value
          return null
        },
        x.pid,
        String(function (this: RequestMessageLike, ipem: AnyIpem, _: unknown, pid: string) {
          if (ipem.pid === pid) return pid
          return new Promise(() => {
            this.signal.addEventListener('abort', () => ipem.sendToGrandMaster('aborted', 'left', ipem.pid))
          })
        }),
      )
      assert.equal(first, x.pid)
      assert.equal(await aborted, y.pid)
    })
  })
})

interface RequestMessageLike {
  readonly signal: AbortSignal
}
