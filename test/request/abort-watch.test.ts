import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { AbortWatch } from '../../src/request/abort-watch.js'

function watch() {
  const aborted: [number, unknown][] = []
  return { aborted, signals: new AbortWatch((id, reason) => aborted.push([id, reason])) }
}

test('many ids on one signal cost one listener, which goes with the last of them', () => {
  const { signals, aborted } = watch()
  const controller = new AbortController()
  for (let id = 1; id <= 100; id++) signals.add(controller.signal, id)
  assert.equal(getEventListeners(controller.signal, 'abort').length, 1)
  for (let id = 1; id <= 99; id++) signals.remove(controller.signal, id)
  assert.equal(getEventListeners(controller.signal, 'abort').length, 1)
  signals.remove(controller.signal, 100)
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
  assert.equal(signals.size, 0)
  controller.abort()
  assert.deepEqual(aborted, [])
})

test('an abort reports each id once, with the reason, and forgets the signal', () => {
  const { signals, aborted } = watch()
  const controller = new AbortController()
  signals.add(controller.signal, 1)
  signals.add(controller.signal, 2)
  signals.add(new AbortController().signal, 3)
  controller.abort('why')
  assert.deepEqual(aborted, [
    [1, 'why'],
    [2, 'why'],
  ])
  assert.equal(signals.size, 1)
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
  signals.remove(controller.signal, 1)
})

test('a listener of the user that stops the event does not stop the abort', () => {
  const { signals, aborted } = watch()
  const controller = new AbortController()
  controller.signal.addEventListener('abort', (event) => event.stopImmediatePropagation())
  signals.add(controller.signal, 1)
  controller.abort('why')
  assert.deepEqual(aborted, [[1, 'why']])
})

test('a signal that is aborted already is reported in the next microtask', async () => {
  const { signals, aborted } = watch()
  signals.add(AbortSignal.abort('before'), 1)
  await Promise.resolve()
  assert.deepEqual(aborted, [[1, 'before']])
  assert.equal(signals.size, 0)
})
