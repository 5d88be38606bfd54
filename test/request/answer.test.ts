import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import vm from 'node:vm'
import fc from 'fast-check'
import { IpemError } from '../../src/errors.js'
import {
  failureBody,
  type RemoteError,
  readAnswer,
  substituteBodies,
  thrownBody,
  valueBody,
} from '../../src/request/answer.js'

type Outcome = { value: unknown } | { error: Error & Record<string, unknown> }

function read(body: readonly unknown[]): Outcome {
  const outcomes: Outcome[] = []
  readAnswer(
    body,
    '7-b',
    'lookup',
    (value) => outcomes.push({ value }),
    (error) => outcomes.push({ error: error as Error & Record<string, unknown> }),
  )
  assert.equal(outcomes.length, 1)
  return outcomes[0] as Outcome
}

function readError(body: readonly unknown[]): Error & Record<string, unknown> {
  const outcome = read(body)
  assert.ok('error' in outcome)
  return outcome.error
}

test('a value comes through as it is', () => {
  for (const value of [undefined, null, 0, '', [1], { a: 1 }, new Error('a value, not a failure')]) {
    assert.deepEqual(read(valueBody(value)), { value })
  }
})

test('an error that was thrown is the error itself, with where it comes from', () => {
  const thrown = Object.assign(new TypeError('no', { cause: 'why' }), { code: 'EWHY', detail: 1 })
  const error = readError(thrownBody(thrown)) as unknown as RemoteError
  assert.equal(error, thrown)
  assert.equal(error.code, 'EWHY')
  assert.equal(error.remotePid, '7-b')
  assert.equal(error.remoteStack, thrown.stack)
  assert.deepEqual(Object.keys(error).sort(), ['code', 'detail', 'remotePid'])
  assert.equal(inspect(error).split('answer.test').length, inspect(new Error('once')).split('answer.test').length)
})

test('an error without a code gets ERR_IPEM_REMOTE', () => {
  assert.equal(readError(thrownBody(new Error('x'))).code, 'ERR_IPEM_REMOTE')
  assert.equal(readError(thrownBody(Object.assign(new Error('x'), { code: null }))).code, 'ERR_IPEM_REMOTE')
  assert.equal(readError(thrownBody(Object.assign(new Error('x'), { code: 0 }))).code, 0)
})

test('an error of another realm is an error', () => {
  const foreign = vm.runInNewContext('new Error("foreign")')
  assert.equal(readError(thrownBody(foreign)), foreign)
})

test('what is no Error, or a frozen one, is the cause of an ERR_IPEM_REMOTE', () => {
  for (const thrown of ['text', undefined, null, 5, { message: 'x' }, Object.freeze(new Error('frozen'))]) {
    const error = readError(thrownBody(thrown))
    assert.ok(error instanceof IpemError)
    assert.equal(error.code, 'ERR_IPEM_REMOTE')
    assert.equal(error.cause, thrown)
    assert.ok('cause' in error)
    assert.equal(error.remotePid, '7-b')
    assert.equal(error.event, 'lookup')
  }
})

test('a failure of ipem over there is an IpemError with its code', () => {
  const error = readError(failureBody('ERR_IPEM_NO_HANDLER', 'none'))
  assert.ok(error instanceof IpemError)
  assert.deepEqual(
    { code: error.code, message: error.message, pid: error.pid, event: error.event },
    { code: 'ERR_IPEM_NO_HANDLER', message: 'none', pid: '7-b', event: 'lookup' },
  )
})

test('a malformed body is ERR_IPEM_PROTOCOL', () => {
  for (const body of [
    [],
    [0],
    [0, 1, 2],
    [1],
    [1, 2, 3],
    [2],
    [2, 'ERR_IPEM_NO_HANDLER'],
    [2, 'ERR_IPEM_NO_HANDLER', 5],
    [2, 'ERR_IPEM_NO_HANDLER', 'x', 1],
    [2, 'EOTHER', 'x'],
    [2, 'toString', 'x'],
    [2, '__proto__', 'x'],
    [2, ['ERR_IPEM_NO_HANDLER'], 'x'],
    [3, 1],
    ['0', 1],
    [null, 1],
    [-0.5, 1],
  ]) {
    assert.equal(readError(body).code, 'ERR_IPEM_PROTOCOL', inspect(body))
  }
})

test('whatever the body, there is exactly one outcome, and a rejection is an Error with a code', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(3), fc.anything())), (body) => {
      const outcome = read(body)
      if ('value' in outcome) return assert.ok(body.length === 2 && body[0] === 0)
      assert.ok(outcome.error instanceof Error)
      assert.notEqual(outcome.error.code, undefined)
    }),
  )
})

test('an answer that cannot be sent is replaced by the reason', () => {
  const cause = new IpemError('ERR_IPEM_UNSERIALIZABLE', 'args[1].f is a function')
  assert.deepEqual(substituteBodies(valueBody(1), 'lookup', cause), [
    [2, 'ERR_IPEM_UNSERIALIZABLE', 'The answer to "lookup" cannot be sent: args[1].f is a function'],
  ])
  const getterThrew = substituteBodies(valueBody(1), 'lookup', 'oops')
  assert.deepEqual(getterThrew, [[2, 'ERR_IPEM_UNSERIALIZABLE', 'The answer to "lookup" cannot be sent: oops']])
})

test('an error that cannot be sent is first tried with what can always travel', () => {
  const thrown = Object.assign(new RangeError('real'), { code: 'EREAL', socket: () => {} })
  const bodies = substituteBodies(thrownBody(thrown), 'lookup', new IpemError('ERR_IPEM_UNSERIALIZABLE', 'f'))
  assert.equal(bodies.length, 2)
  const essence = bodies[0]?.[1] as Error & { code: string }
  assert.deepEqual(
    { name: essence.name, message: essence.message, stack: essence.stack, code: essence.code },
    { name: 'RangeError', message: 'real', stack: thrown.stack, code: 'EREAL' },
  )
  assert.ok(!('socket' in essence))
  assert.equal(bodies[1]?.[0], 2)
})
