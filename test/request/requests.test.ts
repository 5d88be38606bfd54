import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import process from 'node:process'
import { test } from 'node:test'
import fc from 'fast-check'
import { IpemError } from '../../src/errors.js'
import { type Message, MessageType } from '../../src/message.js'
import type { RemoteError } from '../../src/request/answer.js'
import { Requests } from '../../src/request/requests.js'
import { collectGarbage } from '../collect-garbage.js'
import { MemoryNet, outcome, turn } from './memory-net.js'

function pair({ held = false } = {}) {
  const net = new MemoryNet({ held })
  return { net, a: net.add('1-a'), b: net.add('2-b') }
}

test('a request comes back with what the handler answers', async () => {
  const { a, b } = pair()
  b.requests.handle('echo', (...args: unknown[]) => args)
  b.requests.handle('wait', async (x: number) => x + 1)
  assert.deepEqual(await a.requests.request({ to: '2-b' }, 'echo', [1, 'two', { three: 3 }]), [1, 'two', { three: 3 }])
  assert.equal(await a.requests.request<number>({ to: '2-b' }, 'wait', [1, { timeout: 1000 }]), 2)
  assert.deepEqual(await a.requests.request({ to: '2-b' }, 'echo', [{ timeout: 5 }, { signal: undefined }]), [
    { timeout: 5 },
  ])
})

test('the error of a handler arrives with name, message, code, cause, own fields and the stack over there', async () => {
  const { a, b } = pair()
  const thrown = Object.assign(new RangeError('too far', { cause: new Error('the map ended') }), {
    code: 'EFAR',
    metres: 7,
  })
  b.requests.handle('go', async () => {
    throw thrown
  })
  const error = (await a.requests.request({ to: '2-b' }, 'go', []).catch((e) => e)) as RemoteError & { metres: number }
  assert.ok(error instanceof Error)
  assert.notEqual(error, thrown)
  assert.deepEqual(
    [error.name, error.message, error.code, error.metres, error.remotePid],
    ['RangeError', 'too far', 'EFAR', 7, '2-b'],
  )
  assert.equal((error.cause as Error).message, 'the map ended')
  assert.equal(error.stack, thrown.stack)
  assert.equal(error.remoteStack, thrown.stack)
})

test('an error of ipem that a handler met itself keeps its code and says whose it is', async () => {
  const { net, a, b } = pair()
  net.add('3-c')
  b.requests.handle('relay', () => b.requests.request({ to: '3-c' }, 'nothing', []))
  await assert.rejects(a.requests.request({ to: '2-b' }, 'relay', []), {
    code: 'ERR_IPEM_NO_HANDLER',
    pid: '3-c',
    remotePid: '2-b',
  })
  await assert.rejects(a.requests.request({ to: '2-b' }, 'nothing', []), (error: IpemError) => {
    assert.deepEqual([error.code, error.pid, error.remotePid], ['ERR_IPEM_NO_HANDLER', '2-b', undefined])
    return true
  })
})

test('a caller that times out, aborts or leaves aborts the signal of the handler', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { net, a, b } = pair()
  const signals: AbortSignal[] = []
  b.requests.handle('hang', function () {
    signals.push(this.signal)
    return new Promise(() => {})
  })
  const controller = new AbortController()
  const timedOut = a.requests.request({ to: '2-b' }, 'hang', [{ timeout: 10 }]).catch((e) => e.code)
  const aborted = a.requests.request({ to: '2-b' }, 'hang', [{ signal: controller.signal }]).catch((e) => e.code)
  void a.requests.request({ to: '2-b' }, 'hang', [])
  t.mock.timers.tick(10)
  assert.equal(await timedOut, 'ERR_IPEM_TIMEOUT')
  controller.abort()
  assert.equal(await aborted, 'ERR_IPEM_ABORTED')
  assert.deepEqual(
    signals.map((signal) => signal.aborted),
    [true, true, false],
  )
  net.lose('1-a')
  assert.equal(signals[2]?.reason.code, 'ERR_IPEM_GONE')
  assert.deepEqual([b.requests.handlingCount, b.watching], [0, false])
})

test('an answer and a cancel that cross leave nothing behind on either side', async () => {
  const { net, a, b } = pair({ held: true })
  b.requests.handle('x', () => 1)
  const controller = new AbortController()
  const promise = a.requests.request({ to: '2-b' }, 'x', [{ signal: controller.signal }])
  net.queue.shift()?.deliver()
  controller.abort()
  net.flush()
  await assert.rejects(promise, { code: 'ERR_IPEM_ABORTED' })
  assert.deepEqual([a.requests.pendingCount, b.requests.handlingCount], [0, 0])
})

test('what is out of reach is gone for those who ask it and for those it asked, the others stay', async () => {
  const { net, a, b } = pair()
  const c = net.add('3-c')
  const signals: AbortSignal[] = []
  for (const { requests } of [a, b, c]) {
    requests.handle('hang', function () {
      signals.push(this.signal)
      return new Promise(() => {})
    })
  }
  const toB = a.requests.request({ to: '2-b' }, 'hang', [])
  const overB = a.requests.request({ to: '3-c', route: ['3-c', '2-b'] }, 'hang', [])
  const toC = a.requests.request({ to: '3-c' }, 'hang', [])
  void b.requests.request({ to: '1-a' }, 'hang', [])
  void c.requests.request({ to: '1-a' }, 'hang', [])
  a.requests.onOutOfReach((pid) => pid !== '2-b')
  await assert.rejects(toB, { code: 'ERR_IPEM_GONE', lost: '2-b' })
  await assert.rejects(overB, { code: 'ERR_IPEM_GONE', pid: '3-c', lost: '2-b' })
  assert.equal(await outcome(toC), 'pending')
  assert.deepEqual(
    signals.slice(3).map((signal) => signal.reason?.code),
    ['ERR_IPEM_GONE', undefined],
  )
})

test('a promise of a handler that settles after the caller left is handled', async () => {
  const { net, a, b } = pair()
  let reject: (error: unknown) => void = () => {}
  b.requests.handle('x', () => new Promise((_, fail) => (reject = fail)))
  void a.requests.request({ to: '2-b' }, 'x', [])
  net.lose('1-a')
  reject(new Error('an unhandled rejection would end this test'))
  await turn()
  assert.equal(net.count('answer'), 0)
})

test('a process that asks and is asked by ever new processes keeps nothing of them in memory', () => {
  let reply: (pid: string, id: number) => void = () => {}
  const requests = new Requests(
    {
      sendRequest: ({ to }, _event, id) => reply(to, id),
      sendAnswer() {},
      sendCancel() {},
      watchGone() {},
      whoIs: () => '',
    },
    { requestTimeoutMs: 0, maxPendingRequests: 10 },
  )
  const message = (from: string, type: Message['type'], args: unknown[]): Message => {
    return { from, pids: [from, 'self'], to: 'self', route: [], type, event: 'x', args }
  }
  reply = (pid, id) => requests.onAnswer(message(pid, MessageType.answer, [0, 1]), id)
  requests.handle('x', () => 1)
  const before = usedHeap()
  for (let i = 0; i < 50_000; i++) {
    void requests.request({ to: `${i}-target`, route: [`${i}-target`, `${i}-hop`] }, 'x', [])
    requests.onRequest(message(`${i}-caller`, MessageType.request, []), 1)
  }
  const grown = usedHeap() - before
  // One empty Set or Map for each of them would be 10 MB and more.
  assert.ok(grown < 4e6, `the heap grew by ${grown} bytes`)
})

function usedHeap(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

/** What may happen between the processes, in any order. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const), to: fc.nat(3), from: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver' as const), nth: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('finish' as const), nth: fc.nat(5), fails: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('abort' as const), nth: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse' as const), nth: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), nth: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), nth: fc.nat(2) }) },
)

test('in every interleaving each request ends once, with its own answer or a code, and nothing stays', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const net = new MemoryNet({ held: true })
      const processes = ['1-a', '2-b', '3-c'].map((pid) => net.add(pid, { maxPendingRequests: 6 }))
      const working: { token: number; resolve: (value: unknown) => void; reject: (error: unknown) => void }[] = []
      const handle = (token: number) => new Promise((resolve, reject) => working.push({ token, resolve, reject }))
      const calls: { from: string; id: number; controller: AbortController; ended: number; end: Promise<void> }[] = []
      for (const { requests } of processes) {
        requests.handle('later', handle)
        requests.handle('now', (token: number) => token)
      }

      const ask = (from: (typeof processes)[number], to: string) => {
        const token = calls.length
        const controller = new AbortController()
        const event = token % 5 === 4 ? 'missing' : token % 2 ? 'now' : 'later'
        const call = { from: from.pid, id: 0, controller, ended: 0, end: Promise.resolve() }
        const sent = net.sent.length
        call.end = from.requests.request({ to }, event, [token, { signal: controller.signal }]).then(
          (value) => {
            call.ended++
            assert.equal(value, token)
          },
          (error) => {
            call.ended++
            assert.match(error.code, /^ERR_IPEM_/)
            if (error.code === 'ERR_IPEM_REMOTE') assert.equal(error.message, `failed ${token}`)
          },
        )
        call.id = net.sent[sent]?.id ?? 0
        calls.push(call)
      }

      for (const action of steps) {
        const at = 'nth' in action ? action.nth : 0
        if (action.do === 'ask') {
          const from = processes[action.from] as (typeof processes)[number]
          ask(from, processes[action.to]?.pid ?? 'grandmaster')
        } else if (action.do === 'deliver') {
          // In order between two processes, in any order between others.
          const next = net.queue[at]
          const first = net.queue.findIndex((sent) => sent.from === next?.from && sent.to === next?.to)
          if (first !== -1) net.queue.splice(first, 1)[0]?.deliver()
        } else if (action.do === 'finish') {
          const work = working[at]
          if (action.fails) work?.reject(new Error(`failed ${work.token}`))
          else work?.resolve(work.token)
        } else if (action.do === 'abort') {
          calls.at(-1 - at)?.controller.abort()
        } else if (action.do === 'refuse') {
          const call = calls.at(-1 - at)
          const from = processes.find(({ pid }) => pid === call?.from)
          if (call !== undefined) from?.requests.onRefused(call.id, new IpemError('ERR_IPEM_OVERFLOW', 'full'))
        } else if (action.do === 'lose') {
          net.lose(processes[at]?.pid as string)
        } else if (action.do === 'close') {
          processes[at]?.requests.close(new IpemError('ERR_IPEM_CLOSED', 'closed'))
        } else {
          await turn()
        }
      }

      // Whoever is left gets everything that is still to come.
      for (let round = 0; round < 3; round++) {
        net.flush()
        for (const { token, resolve } of working) resolve(token)
        await turn()
      }
      for (const { pid } of processes) if (!net.processes.has(pid)) net.lose(pid)
      // A closed process answers nobody; in the tree it then leaves. A lost grand master is told by the owner.
      for (const { pid, requests } of processes) {
        for (const gone of ['1-a', '2-b', '3-c', 'grandmaster']) if (gone !== pid) requests.onGone(gone)
        if (!net.processes.has(pid)) requests.close(new IpemError('ERR_IPEM_CLOSED', 'lost'))
        requests.onGone(pid)
      }
      await Promise.all(calls.map(({ end }) => end))
      assert.ok(calls.every(({ ended }) => ended === 1))
      for (const { controller } of calls) assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
      for (const { requests, watching } of processes) {
        assert.deepEqual([requests.pendingCount, requests.handlingCount, watching], [0, 0, false])
      }
    }),
    { numRuns: 300 },
  )
})

test('while nothing happens, a request without a timeout just waits', async () => {
  const { a, b } = pair()
  b.requests.handle('x', () => new Promise(() => {}))
  assert.equal(await outcome(a.requests.request({ to: '2-b' }, 'x', [])), 'pending')
})
