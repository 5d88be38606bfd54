import assert from 'node:assert/strict'
import { test } from 'node:test'
import vm from 'node:vm'
import fc from 'fast-check'
import { MAX_TIMEOUT_MS, parseRequestArguments } from '../../src/request/request-arguments.js'

const signal = new AbortController().signal

test('a last argument with no other keys than timeout and signal is the options', () => {
  assert.deepEqual(parseRequestArguments(['a', 1, { timeout: 5 }], 30), {
    args: ['a', 1],
    timeoutMs: 5,
    signal: undefined,
  })
  assert.deepEqual(parseRequestArguments([{ signal }], 30), { args: [], timeoutMs: 30, signal })
  assert.deepEqual(parseRequestArguments([{ timeout: 1, signal }], 30), { args: [], timeoutMs: 1, signal })
  assert.deepEqual(parseRequestArguments([Object.assign(Object.create(null), { timeout: 1 })], 30).args, [])
  assert.deepEqual(parseRequestArguments([vm.runInNewContext('({ timeout: 7 })')], 30).timeoutMs, 7)
})

test('options that say undefined leave the defaults', () => {
  const call = parseRequestArguments([{ timeout: 9 }, { timeout: undefined, signal: undefined }], 30)
  assert.deepEqual(call, { args: [{ timeout: 9 }], timeoutMs: 30, signal: undefined })
})

test('everything else is an argument', () => {
  class Options {
    timeout = 5
  }
  for (const last of [
    {},
    { timeout: 5, retries: 1 },
    { timeout: 5, [Symbol.for('x')]: 1 },
    Object.defineProperty({ timeout: 5 }, 'hidden', { value: 1 }),
    new Options(),
    [{ timeout: 5 }],
    Object.create({ timeout: 5 }),
    null,
    undefined,
    'timeout',
    () => {},
    signal,
  ]) {
    assert.deepEqual(parseRequestArguments(['x', last], 30), { args: ['x', last], timeoutMs: 30, signal: undefined })
  }
  assert.deepEqual(parseRequestArguments([], 30), { args: [], timeoutMs: 30, signal: undefined })
  assert.deepEqual(parseRequestArguments([{ timeout: 5 }, 'x'], 30).args, [{ timeout: 5 }, 'x'])
})

test('only the last argument is taken away, and the others are those that were given', () => {
  fc.assert(
    fc.property(fc.array(fc.anything()), fc.nat(), (args, timeout) => {
      const call = parseRequestArguments([...args, { timeout }], 30)
      assert.equal(call.timeoutMs, timeout)
      assert.equal(call.args.length, args.length)
      args.forEach((arg, index) => {
        assert.ok(Object.is(call.args[index], arg))
      })
    }),
  )
})

test('a timeout of 0 or Infinity is none, also as the default', () => {
  for (const none of [0, Infinity]) {
    assert.equal(parseRequestArguments([{ timeout: none }], 30).timeoutMs, 0)
    assert.equal(parseRequestArguments([], none).timeoutMs, 0)
  }
  assert.equal(parseRequestArguments([{ timeout: MAX_TIMEOUT_MS }], 30).timeoutMs, MAX_TIMEOUT_MS)
})

test('options with a wrong value are refused and named', () => {
  for (const timeout of [-1, NaN, -Infinity, MAX_TIMEOUT_MS + 1, '5', null, {}, 5n]) {
    assert.throws(() => parseRequestArguments([{ timeout }], 30), {
      code: 'ERR_IPEM_INVALID_ARG',
      argument: 'timeout',
      message: /^Expected `timeout` to be 0 to 2147483647 milliseconds or Infinity, got /,
    })
  }
  for (const wrong of [null, 'abort', 1, {}, new AbortController(), () => {}]) {
    assert.throws(() => parseRequestArguments([{ signal: wrong }], 30), {
      code: 'ERR_IPEM_INVALID_ARG',
      argument: 'signal',
      message: /^Expected `signal` to be an AbortSignal, got /,
    })
  }
})
