import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import process from 'node:process'
import { type TestContext, test } from 'node:test'
import { IpemError } from '../../src/errors.js'
import { MessageType } from '../../src/message.js'
import { MemoryNet, outcome, turn } from './memory-net.js'

/** `a` asks, `b` and `c` answer nothing by themselves: the test plays them. */
function scene(limits: { requestTimeoutMs?: number; maxPendingRequests?: number } = {}) {
  const net = new MemoryNet({ held: true })
  const [a, b, c] = [net.add('1-a', limits), net.add('2-b'), net.add('3-c')] as const
  const answer = (from: typeof b, id: number, body: readonly unknown[]) =>
    a.requests.onAnswer(from.message(a.pid, MessageType.answer, '', body), id)
  return { net, a, b, c, answer }
}

/** Rejections as they come, so that none is unhandled while time passes. */
async function rejection(promise: Promise<unknown>): Promise<IpemError> {
  const end = await outcome(promise)
  assert.ok(end !== 'pending', 'still pending')
  assert.ok('error' in end, 'resolved')
  return end.error as IpemError
}

async function pass(t: TestContext, ms: number): Promise<void> {
  t.mock.timers.tick(ms)
  await turn()
}

function assertNothingLeft({ a }: ReturnType<typeof scene>): void {
  assert.equal(a.requests.pendingCount, 0)
  assert.equal(a.watching, false)
}

test('ids start at 1 and only grow', () => {
  const { net, a } = scene()
  for (let i = 0; i < 3; i++) void a.requests.request({ to: '2-b' }, 'x', [i])
  assert.deepEqual(
    net.sent.map(({ id, content }) => [id, content]),
    [
      [1, [0]],
      [2, [1]],
      [3, [2]],
    ],
  )
})

test('the answer ends it, and a second answer finds nothing', async () => {
  const all = scene()
  const promise = all.a.requests.request({ to: '2-b' }, 'x', [])
  all.answer(all.b, 1, [0, 'first'])
  all.answer(all.b, 1, [0, 'second'])
  assert.equal(await promise, 'first')
  assertNothingLeft(all)
})

test('only the process that was asked can answer', async () => {
  const { a, b, c, answer } = scene()
  const promise = a.requests.request({ to: '2-b' }, 'x', [])
  answer(c, 1, [0, 'forged'])
  assert.equal(await outcome(promise), 'pending')
  answer(b, 1, [0, 'true'])
  assert.equal(await promise, 'true')
})

test('whoever was the grand master, or is now, may answer what was asked of the grand master, and nobody else', async () => {
  const { net, a, b, c, answer } = scene()
  const [first, second] = [1, 2].map(() => a.requests.request({ to: 'grandmaster' }, 'x', []))
  answer(c, 1, [0, 'forged'])
  assert.equal(await outcome(first as Promise<unknown>), 'pending')
  answer(a, 1, [0, 'yes'])
  assert.equal(await first, 'yes')
  net.processes.delete('1-a')
  answer(b, 2, [0, 'by the next one'])
  assert.equal(await second, 'by the next one')
})

test('without an answer it ends by the timeout and tells the handler', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const all = scene({ requestTimeoutMs: 30_000 })
  const byDefault = all.a.requests.request({ to: '2-b' }, 'slow', [])
  const own = all.a.requests.request({ to: '3-c', route: ['3-c', '2-b'] }, 'slow', [{ timeout: 50 }])
  await pass(t, 49)
  assert.equal(await outcome(own), 'pending')
  await pass(t, 1)
  const error = await rejection(own)
  assert.ok(error instanceof IpemError)
  assert.deepEqual(
    { code: error.code, name: error.name, pid: error.pid, event: error.event, timeout: error.timeout },
    { code: 'ERR_IPEM_TIMEOUT', name: 'IpemError', pid: '3-c', event: 'slow', timeout: 50 },
  )
  await pass(t, 29_949)
  assert.equal(await outcome(byDefault), 'pending')
  await pass(t, 1)
  assert.equal((await rejection(byDefault)).timeout, 30_000)
  assert.deepEqual(
    all.net.sent.filter(({ kind }) => kind === 'cancel').map(({ to, id }) => [to, id]),
    [
      ['3-c', 2],
      ['2-b', 1],
    ],
  )
  assertNothingLeft(all)
})

test('a timeout of 0 or Infinity never ends it', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { a } = scene({ requestTimeoutMs: 5 })
  const promises = [0, Infinity].map((timeout) => a.requests.request({ to: '2-b' }, 'x', [{ timeout }]))
  await pass(t, 2 ** 31 - 1)
  for (const promise of promises) assert.equal(await outcome(promise), 'pending')
})

test('an answer that arrived while this process was too busy to read it still counts', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const all = scene()
  const promise = all.a.requests.request({ to: '2-b' }, 'x', [{ timeout: 10 }])
  // One turn of the event loop: timers, then sockets, then setImmediate.
  t.mock.timers.tick(10_000)
  all.answer(all.b, 1, [0, 'in time'])
  assert.equal(await promise, 'in time')
  await turn()
  assert.equal(all.net.count('cancel'), 0)
  assertNothingLeft(all)
})

test('a late answer is dropped and never given to a later request', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const all = scene()
  const { a, b, answer } = all
  const first = a.requests.request({ to: '2-b' }, 'x', [{ timeout: 10 }])
  const failed = first.catch((error) => error)
  await pass(t, 10)
  assert.equal(((await failed) as IpemError).code, 'ERR_IPEM_TIMEOUT')
  // gunicorn #3636: after one timeout every later request got the answer of the one before.
  for (let id = 2; id < 10; id++) {
    const later = a.requests.request({ to: '2-b' }, 'x', [])
    answer(b, id - 1, [0, `late ${id - 1}`])
    answer(b, id, [0, `own ${id}`])
    assert.equal(await later, `own ${id}`)
  }
  assertNothingLeft(all)
})

test('an abort ends it with the reason as cause and tells the handler', async () => {
  const all = scene()
  const controller = new AbortController()
  const promise = all.a.requests.request({ to: '2-b' }, 'x', [{ signal: controller.signal }])
  const reason = new Error('changed my mind')
  controller.abort(reason)
  const error = await rejection(promise)
  assert.deepEqual(
    { code: error.code, name: error.name, cause: error.cause, pid: error.pid, event: error.event },
    { code: 'ERR_IPEM_ABORTED', name: 'AbortError', cause: reason, pid: '2-b', event: 'x' },
  )
  assert.equal(all.net.count('cancel'), 1)
  all.answer(all.b, 1, [0, 'late'])
  assertNothingLeft(all)
})

test('aborted beforehand, nothing is sent', async () => {
  const all = scene()
  const error = await rejection(all.a.requests.request({ to: '2-b' }, 'x', [{ signal: AbortSignal.abort('before') }]))
  assert.equal(error.code, 'ERR_IPEM_ABORTED')
  assert.equal(error.cause, 'before')
  assert.deepEqual(all.net.sent, [])
  assert.equal(all.a.transitions, 0)
})

test('an abort after the end does nothing, and no listener stays on the signal', async () => {
  const { net, a, b, answer } = scene()
  const controller = new AbortController()
  const promise = a.requests.request({ to: '2-b' }, 'x', [{ signal: controller.signal }])
  assert.equal(getEventListeners(controller.signal, 'abort').length, 1)
  answer(b, 1, [0, 'done'])
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
  controller.abort()
  assert.equal(await promise, 'done')
  assert.equal(net.count('cancel'), 0)
})

test('it ends when the target leaves, and what the target says later is dropped', async () => {
  const all = scene()
  const other = all.a.requests.request({ to: '3-c' }, 'x', [])
  const promise = all.a.requests.request({ to: '2-b' }, 'x', [])
  all.a.requests.onGone('2-b')
  all.answer(all.b, 2, [0, 'late'])
  const error = await rejection(promise)
  assert.deepEqual(
    { code: error.code, pid: error.pid, lost: error.lost, event: error.event },
    { code: 'ERR_IPEM_GONE', pid: '2-b', lost: '2-b', event: 'x' },
  )
  assert.equal(all.net.count('cancel'), 0)
  assert.equal(await outcome(other), 'pending')
  all.answer(all.c, 1, [0, 1])
  assertNothingLeft(all)
})

test('it ends when a process of its route leaves, and the target is told along another way', async () => {
  const all = scene()
  const promise = all.a.requests.request({ to: '3-c', route: ['3-c', '2-b'] }, 'x', [])
  all.a.requests.onGone('2-b')
  const error = await rejection(promise)
  assert.deepEqual(
    { code: error.code, pid: error.pid, lost: error.lost },
    {
      code: 'ERR_IPEM_GONE',
      pid: '3-c',
      lost: '2-b',
    },
  )
  assert.deepEqual(
    all.net.sent.map(({ kind, to, id }) => [kind, to, id]),
    [
      ['request', '3-c', 1],
      ['cancel', '3-c', 1],
    ],
  )
  all.a.requests.onGone('3-c')
  assertNothingLeft(all)
})

test('the answer that came before its sender left counts', async () => {
  const { a, b, answer } = scene()
  const promise = a.requests.request({ to: '2-b' }, 'x', [])
  answer(b, 1, [0, 'last words'])
  a.requests.onGone('2-b')
  assert.equal(await promise, 'last words')
})

test('what was asked of the grand master ends when the grand master is lost', async () => {
  const all = scene()
  const promise = all.a.requests.request({ to: 'grandmaster' }, 'x', [])
  all.a.requests.onGone('grandmaster')
  assert.equal((await rejection(promise)).code, 'ERR_IPEM_GONE')
  assertNothingLeft(all)
})

test('a refusal on the way ends it with the error of the refusal', async () => {
  const all = scene()
  const promise = all.a.requests.request({ to: '2-b' }, 'x', [])
  const refusal = new IpemError('ERR_IPEM_OVERFLOW', 'full')
  all.a.requests.onRefused(1, refusal)
  all.a.requests.onRefused(1, refusal)
  assert.equal(await rejection(promise), refusal)
  assertNothingLeft(all)
})

test('what the port throws is the rejection, and nothing stays', async () => {
  const all = scene({ requestTimeoutMs: 1000 })
  const controller = new AbortController()
  const ask = (arg: unknown) => all.a.requests.request({ to: '2-b' }, 'x', [arg, { signal: controller.signal }])
  const unserialisable = await rejection(ask({ f: () => {} }))
  assert.equal(unserialisable.code, 'ERR_IPEM_UNSERIALIZABLE')
  assert.equal(unserialisable.path, 'args[0].f')
  const oops = new Error('a getter threw')
  all.a.refusals.push(oops)
  assert.equal(await rejection(ask(1)), oops)
  assert.equal((await rejection(all.a.requests.request({ to: '9-z' }, 'x', []))).code, 'ERR_IPEM_UNREACHABLE')
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
  assertNothingLeft(all)
})

test('wrong options reject, they do not throw', async () => {
  const { net, a } = scene()
  assert.equal(
    (await rejection(a.requests.request({ to: '2-b' }, 'x', [{ timeout: -1 }]))).code,
    'ERR_IPEM_INVALID_ARG',
  )
  assert.deepEqual(net.sent, [])
})

test('a cancel that cannot be sent changes nothing for the caller', async () => {
  const { a } = scene()
  const controller = new AbortController()
  const promise = a.requests.request({ to: '2-b' }, 'x', [{ signal: controller.signal }])
  a.refusals.push(new IpemError('ERR_IPEM_UNREACHABLE', 'gone'))
  controller.abort()
  assert.equal((await rejection(promise)).code, 'ERR_IPEM_ABORTED')
})

test('no more than maxPendingRequests wait at a time', async () => {
  const all = scene({ maxPendingRequests: 2 })
  const ask = () => all.a.requests.request({ to: '2-b' }, 'x', [])
  const [first, second] = [ask(), ask()]
  const error = await rejection(ask())
  assert.deepEqual(
    { code: error.code, limit: error.limit, pid: error.pid },
    {
      code: 'ERR_IPEM_TOO_MANY',
      limit: 2,
      pid: '2-b',
    },
  )
  all.answer(all.b, 1, [0, 1])
  const third = ask()
  all.answer(all.b, 2, [0, 2])
  all.answer(all.b, 3, [0, 3])
  assert.deepEqual(await Promise.all([first, second, third]), [1, 2, 3])
  assertNothingLeft(all)
})

test('close ends all, and later ones at once', async () => {
  const all = scene({ requestTimeoutMs: 60_000 })
  const controller = new AbortController()
  const ask = (to: string) => all.a.requests.request({ to }, 'x', [{ signal: controller.signal }])
  const promises = [ask('2-b'), ask('3-c')]
  const closed = new IpemError('ERR_IPEM_CLOSED', 'closed')
  all.a.requests.close(closed)
  all.a.requests.close(new IpemError('ERR_IPEM_CLOSED', 'again'))
  all.answer(all.b, 1, [0, 'late'])
  for (const promise of [...promises, ask('2-b')]) assert.equal(await rejection(promise), closed)
  assert.equal(all.net.count('request'), 2)
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
  assertNothingLeft(all)
})

test('the port is told to watch when the first request leaves and when the last has ended', async () => {
  const { a, b, c, answer } = scene()
  const seen: boolean[] = []
  a.sendRequest = () => seen.push(a.watching)
  const promises = [a.requests.request({ to: '2-b' }, 'x', []), a.requests.request({ to: '3-c' }, 'x', [])]
  assert.deepEqual(seen, [true, true])
  answer(b, 1, [0, 1])
  assert.deepEqual([a.watching, a.transitions], [true, 1])
  answer(c, 2, [0, 2])
  assert.deepEqual([a.watching, a.transitions], [false, 2])
  await Promise.all(promises)
})

test('an answer from within sendRequest ends it, with no timer or listener after it', async () => {
  const net = new MemoryNet()
  const a = net.add('1-a', { requestTimeoutMs: 60_000 })
  a.requests.handle('self', (x: number) => x + 1)
  const controller = new AbortController()
  const timers = activeTimers()
  assert.equal(await a.requests.request({ to: '1-a' }, 'self', [1, { signal: controller.signal }]), 2)
  assert.equal(activeTimers(), timers)
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
  assert.equal(a.requests.pendingCount, 0)
})

test('an abort while the request is being encoded ends it', async () => {
  const all = scene()
  const controller = new AbortController()
  all.a.sendRequest = () => controller.abort('inside')
  const error = await rejection(all.a.requests.request({ to: '2-b' }, 'x', [{ signal: controller.signal }]))
  assert.equal(error.cause, 'inside')
  assertNothingLeft(all)
})

test('a pending request with a timeout keeps the process alive, an ended one does not', async () => {
  const { a, b, answer } = scene()
  const timers = activeTimers()
  const promise = a.requests.request({ to: '2-b' }, 'x', [{ timeout: 60_000 }])
  assert.equal(activeTimers(), timers + 1)
  answer(b, 1, [0, 'done'])
  await promise
  assert.equal(activeTimers(), timers)
})

test('100,000 aborted requests leave no listener, timer or entry', async (t) => {
  // Two thirds of its time would be the stacks of 300,000 errors.
  const { stackTraceLimit } = Error
  t.after(() => {
    Error.stackTraceLimit = stackTraceLimit
  })
  Error.stackTraceLimit = 0
  const net = new MemoryNet()
  const a = net.add('1-a', { requestTimeoutMs: 60_000 })
  const b = net.add('2-b')
  b.requests.handle('hang', function () {
    void this.signal
    return new Promise(() => {})
  })
  const timers = activeTimers()
  const route = ['2-b', '3-hop']
  const signals: AbortSignal[] = []
  for (let batch = 0; batch < 100; batch++) {
    const shared = new AbortController()
    const endings: Promise<unknown>[] = []
    for (let i = 0; i < 1000; i++) {
      const own = new AbortController()
      const { signal } = i % 2 ? shared : own
      endings.push(a.requests.request({ to: '2-b', route }, 'hang', [{ signal }]).catch((error) => error.code))
      if (i % 4 === 0) own.abort()
      else if (i % 4 === 2) setImmediate(() => own.abort())
      if (i < 2) signals.push(signal)
    }
    shared.abort()
    assert.deepEqual([...new Set(await Promise.all(endings))], ['ERR_IPEM_ABORTED'])
    net.sent.length = 0
  }
  assert.equal(activeTimers(), timers)
  for (const signal of signals) assert.equal(getEventListeners(signal, 'abort').length, 0)
  for (const { requests, watching } of [a, b]) {
    assert.deepEqual([requests.pendingCount, requests.handlingCount, watching], [0, 0, false])
  }
})

test('10,000 requests pending on one signal end at once by it', async () => {
  const { a } = scene()
  const warnings: unknown[] = []
  const onWarning = (warning: unknown) => warnings.push(warning)
  process.on('warning', onWarning)
  const controller = new AbortController()
  const ask = (to: string) => a.requests.request({ to }, 'x', [{ signal: controller.signal }])
  const endings = Promise.allSettled(Array.from({ length: 10_000 }, (_, i) => ask(i % 2 ? '2-b' : '3-c')))
  assert.equal(a.requests.pendingCount, 10_000)
  controller.abort()
  assert.equal(a.requests.pendingCount, 0)
  assert.ok((await endings).every(({ status }) => status === 'rejected'))
  await turn()
  process.off('warning', onWarning)
  assert.deepEqual(warnings, [])
})

function activeTimers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
}
