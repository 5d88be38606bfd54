import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IpemError } from '../../src/errors.js'
import { type Message, MessageType } from '../../src/message.js'
import type { RequestMessage } from '../../src/request/handled-request.js'
import { MemoryNet, turn } from './memory-net.js'

/** `a` asks by hand, `b` answers; `answers` is what `b` has sent. */
function scene(limits: { maxPendingRequests?: number } = {}) {
  const net = new MemoryNet({ held: true })
  const [a, b] = [net.add('1-a'), net.add('2-b', limits)] as const
  const ask = (id: number, event: string, ...args: unknown[]) =>
    b.requests.onRequest(a.message(b.pid, MessageType.request, event, args), id)
  const answers = () => net.sent.map(({ to, id, content }) => [to, id, ...content])
  return { net, a, b, ask, answers }
}

/** A handler that resolves when the test says so, and keeps what it was called with. */
function deferred() {
  const calls: { message: RequestMessage; resolve: (value: unknown) => void; reject: (error: unknown) => void }[] = []
  function handler(this: RequestMessage): Promise<unknown> {
    return new Promise((resolve, reject) => calls.push({ message: this, resolve, reject }))
  }
  return { calls, handler }
}

test('the handler gets the message as this and the arguments as arguments, at once', () => {
  const { a, b, ask, answers } = scene()
  let seen: [RequestMessage, unknown[]] | undefined
  b.requests.handle('add', function (...args: number[]) {
    seen = [this, args]
    return (args[0] as number) + (args[1] as number)
  })
  ask(7, 'add', 2, 3)
  const message: Message = a.message(b.pid, MessageType.request, 'add', [2, 3])
  assert.deepEqual({ ...seen?.[0] }, { ...message })
  assert.deepEqual(seen?.[1], [2, 3])
  assert.deepEqual(answers(), [['1-a', 7, 0, 5]])
  assert.equal(b.requests.handlingCount, 0)
})

test('what the promise of a handler resolves to is the answer, also of a foreign promise', async () => {
  const { b, ask, answers } = scene()
  b.requests.handle('async', async (x: number) => x * 2)
  // biome-ignore lint/suspicious/noThenProperty: a promise of another library
  b.requests.handle('thenable', () => ({ then: (resolve: (value: string) => void) => resolve('then') }))
  b.requests.handle('void', async () => {})
  ask(1, 'async', 4)
  ask(2, 'thenable')
  ask(3, 'void')
  await turn()
  assert.deepEqual(answers().sort(), [
    ['1-a', 1, 0, 8],
    ['1-a', 2, 0, 'then'],
    ['1-a', 3, 0, undefined],
  ])
})

test('what a handler throws or rejects with is the answer, Error or not', async () => {
  const { b, ask, answers } = scene()
  b.requests.handle('throws', () => {
    throw new Error('thrown')
  })
  b.requests.handle('rejects', async () => {
    throw 'just text'
  })
  b.requests.handle('badThen', () => ({
    // biome-ignore lint/suspicious/noThenProperty: what a hostile value may do
    get then() {
      throw undefined
    },
  }))
  ask(1, 'throws')
  ask(2, 'rejects')
  ask(3, 'badThen')
  await turn()
  const [[to, id, kind, error] = [], ...others] = answers()
  assert.deepEqual([to, id, kind], ['1-a', 1, 1])
  assert.equal((error as Error).message, 'thrown')
  assert.deepEqual(others, [
    ['1-a', 3, 1, undefined],
    ['1-a', 2, 1, 'just text'],
  ])
})

test('without a handler the answer says so, also for names of Object.prototype', () => {
  const { b, ask, answers } = scene()
  ask(1, 'nothing')
  ask(2, 'constructor')
  b.requests.handle('there', () => 1)
  assert.equal(b.requests.removeHandler('there'), true)
  assert.equal(b.requests.removeHandler('there'), false)
  ask(3, 'there')
  assert.deepEqual(
    answers().map((answer) => answer.slice(1, 4)),
    [1, 2, 3].map((id) => [id, 2, 'ERR_IPEM_NO_HANDLER']),
  )
})

test('a second handler and a wrong one are refused', () => {
  const { b } = scene()
  const { requests } = b
  requests.handle('x', () => 1)
  assert.throws(() => requests.handle('x', () => 2), { code: 'ERR_IPEM_HANDLER_EXISTS', event: 'x' })
  for (const wrong of [undefined, null, 'f', {}]) {
    assert.throws(() => requests.handle('y', wrong as never), { code: 'ERR_IPEM_INVALID_ARG', argument: 'handler' })
  }
  for (const wrong of [undefined, '', 5, Symbol('s')]) {
    assert.throws(() => requests.handle(wrong as never, () => 1), { code: 'ERR_IPEM_INVALID_ARG', argument: 'event' })
  }
  requests.removeHandler('x')
  requests.handle('x', () => 3)
})

test('a handler that was removed still answers what it has begun', async () => {
  const { b, ask, answers } = scene()
  const { calls, handler } = deferred()
  b.requests.handle('x', handler)
  ask(1, 'x')
  b.requests.removeHandler('x')
  calls[0]?.resolve('done')
  await turn()
  assert.deepEqual(answers(), [['1-a', 1, 0, 'done']])
})

test('a cancel aborts the signal, and no answer is sent', async () => {
  const { b, ask, answers } = scene()
  const { calls, handler } = deferred()
  b.requests.handle('x', handler)
  ask(1, 'x')
  ask(2, 'x')
  const signal = calls[0]?.message.signal as AbortSignal
  b.requests.onCancel('1-a', 1)
  b.requests.onCancel('1-a', 1)
  assert.ok(signal.aborted)
  assert.equal(signal.reason.code, 'ERR_IPEM_ABORTED')
  assert.equal(signal.reason.name, 'AbortError')
  assert.equal(calls[1]?.message.signal.aborted, false)
  calls[0]?.reject(signal.reason)
  calls[1]?.resolve('other')
  await turn()
  assert.deepEqual(answers(), [['1-a', 2, 0, 'other']])
  assert.equal(b.requests.handlingCount, 0)
  assert.equal(b.watching, false)
})

test('the signal is made when it is read, and the same each time', () => {
  const { b, ask } = scene()
  const { calls, handler } = deferred()
  b.requests.handle('x', handler)
  ask(1, 'x')
  b.requests.onCancel('1-a', 1)
  const message = calls[0]?.message as RequestMessage
  assert.ok(message.signal.aborted, 'aborted before it was first read')
  assert.equal(message.signal, message.signal)
  assert.deepEqual(Object.keys(message).sort(), ['args', 'event', 'from', 'pids', 'route', 'to', 'type'])
})

test('a cancel of another process, another request or one that is answered does nothing', async () => {
  const { b, ask, answers } = scene()
  const { calls, handler } = deferred()
  b.requests.handle('x', handler)
  ask(1, 'x')
  b.requests.onCancel('3-c', 1)
  b.requests.onCancel('1-a', 2)
  assert.equal(calls[0]?.message.signal.aborted, false)
  calls[0]?.resolve('done')
  await turn()
  b.requests.onCancel('1-a', 1)
  b.requests.onGone('1-a')
  assert.equal(calls[0]?.message.signal.aborted, false)
  assert.deepEqual(answers(), [['1-a', 1, 0, 'done']])
})

test('when the caller leaves, the signals of all its requests abort and nobody is answered', async () => {
  const { net, b, ask } = scene()
  const { calls, handler } = deferred()
  b.requests.handle('x', handler)
  ask(1, 'x')
  ask(2, 'x')
  const other = net.add('3-c')
  b.requests.onRequest(other.message(b.pid, MessageType.request, 'x', []), 1)
  b.requests.onGone('1-a')
  assert.deepEqual(
    calls.map(({ message }) => message.signal.reason?.code),
    ['ERR_IPEM_GONE', 'ERR_IPEM_GONE', undefined],
  )
  for (const { resolve } of calls) resolve('x')
  await turn()
  assert.deepEqual(
    net.sent.map(({ to }) => to),
    ['3-c'],
  )
})

test('the port is told to watch only while an answer is awaited, not for one that is given at once', async () => {
  const { b, ask } = scene()
  const { calls, handler } = deferred()
  b.requests.handle('now', () => 1)
  b.requests.handle('later', handler)
  ask(1, 'now')
  assert.equal(b.transitions, 0)
  ask(2, 'later')
  ask(3, 'later')
  assert.deepEqual([b.watching, b.transitions], [true, 1])
  b.requests.onCancel('1-a', 2)
  calls[1]?.resolve(1)
  await turn()
  assert.deepEqual([b.watching, b.transitions], [false, 2])
})

test('a cancel from within the handler is heeded', async () => {
  const { b, ask, answers } = scene()
  const signals: AbortSignal[] = []
  b.requests.handle('now', function () {
    b.requests.onCancel('1-a', 1)
    signals.push(this.signal)
    return 1
  })
  b.requests.handle('later', async function () {
    b.requests.onCancel('1-a', 2)
    signals.push(this.signal)
  })
  ask(1, 'now')
  ask(2, 'later')
  await turn()
  assert.deepEqual(answers(), [])
  assert.ok(signals.every(({ aborted }) => aborted))
  assert.deepEqual([b.requests.handlingCount, b.transitions], [0, 0])
})

test('no more than maxPendingRequests are handled at a time, the others are told', async () => {
  const { b, ask, answers } = scene({ maxPendingRequests: 2 })
  const { calls, handler } = deferred()
  b.requests.handle('x', handler)
  for (const id of [1, 2, 3]) ask(id, 'x')
  assert.equal(calls.length, 2)
  assert.deepEqual(answers()[0]?.slice(1, 4), [3, 2, 'ERR_IPEM_TOO_MANY'])
  calls[0]?.resolve('room')
  await turn()
  ask(4, 'x')
  assert.equal(calls.length, 3)
})

test('a request that comes twice is handled and answered once', async () => {
  const { b, ask, answers } = scene()
  const { calls, handler } = deferred()
  b.requests.handle('x', handler)
  ask(1, 'x')
  ask(1, 'x')
  assert.equal(calls.length, 1)
  calls[0]?.resolve(1)
  await turn()
  assert.equal(answers().length, 1)
})

test('an answer that cannot be serialised becomes an error that names the path', () => {
  const { b, ask, answers } = scene()
  b.requests.handle('x', () => ({ deep: [() => {}] }))
  ask(1, 'x')
  assert.deepEqual(answers(), [
    ['1-a', 1, 2, 'ERR_IPEM_UNSERIALIZABLE', 'The answer to "x" cannot be sent: args[1].deep[0] is a function'],
  ])
})

test('an error that cannot be serialised still arrives, without the parts that cannot', () => {
  const { b, ask, answers } = scene()
  const thrown = Object.assign(new RangeError('the real one'), { code: 'EREAL', retry: () => {} })
  b.requests.handle('x', () => {
    throw thrown
  })
  ask(1, 'x')
  const [to, id, kind, error] = answers()[0] as [string, number, number, Error & { code: string }]
  assert.deepEqual([to, id, kind], ['1-a', 1, 1])
  assert.deepEqual(
    [error.name, error.message, error.code, error.stack],
    ['RangeError', 'the real one', 'EREAL', thrown.stack],
  )
})

test('a thrown value that cannot be serialised or even looked at is still told', () => {
  const { b, ask, answers } = scene()
  b.requests.handle('function', () => {
    throw () => {}
  })
  b.requests.handle('hostile', () => {
    throw new Proxy(() => {}, {
      getPrototypeOf() {
        throw Object.create(null)
      },
    })
  })
  ask(1, 'function')
  ask(2, 'hostile')
  assert.deepEqual(
    answers().map((answer) => answer.slice(1, 4)),
    [1, 2].map((id) => [id, 2, 'ERR_IPEM_UNSERIALIZABLE']),
  )
})

test('when the way back is closed the handler side is silent, but a defect is not hidden', () => {
  const { b, ask, answers } = scene()
  b.requests.handle('x', () => 1)
  const unreachable = new IpemError('ERR_IPEM_UNREACHABLE', 'no way')
  b.refusals.push(unreachable, unreachable)
  ask(1, 'x')
  assert.deepEqual(answers(), [])
  b.refusals.push(unreachable, new TypeError('a defect'))
  assert.throws(() => ask(2, 'x'), { message: 'a defect' })
  assert.equal(b.requests.handlingCount, 0)
})

test('close aborts what is being handled and answers nothing any more', async () => {
  const { b, ask, answers } = scene()
  const { calls, handler } = deferred()
  b.requests.handle('x', handler)
  ask(1, 'x')
  const closed = new IpemError('ERR_IPEM_CLOSED', 'closed')
  b.requests.close(closed)
  ask(2, 'x')
  calls[0]?.resolve(1)
  await turn()
  assert.equal(calls.length, 1)
  assert.equal(calls[0]?.message.signal.reason, closed)
  assert.deepEqual(answers(), [])
  assert.deepEqual([b.requests.handlingCount, b.watching], [0, false])
})
