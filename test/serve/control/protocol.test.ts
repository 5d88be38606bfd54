import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkWorkers, readOrder } from '../../../src/serve/control/protocol.js'

describe('an order', () => {
  const good: [unknown, unknown][] = [
    [{ order: 'status' }, { order: 'status' }],
    [{ order: 'reload', of: 'a later version' }, { order: 'reload' }],
    [
      { order: 'scale', workers: 0 },
      { order: 'scale', workers: 0 },
    ],
    [
      { order: 'scale', workers: 1024 },
      { order: 'scale', workers: 1024 },
    ],
    [{ order: 'stop' }, { order: 'stop', quick: false }],
    [
      { order: 'stop', quick: true },
      { order: 'stop', quick: true },
    ],
    [{ order: 'reopenLogs' }, { order: 'reopenLogs' }],
    [{ order: 'upgrade' }, { order: 'upgrade' }],
  ]
  for (const [given, order] of good) {
    test(`is ${JSON.stringify(given)}`, () => assert.deepEqual(readOrder(given), order))
  }

  const bad: unknown[] = [
    undefined,
    null,
    'stop',
    {},
    { order: 'dance' },
    { order: 'scale' },
    { order: 'scale', workers: '2' },
  ]
  for (const given of bad) {
    test(`is not ${JSON.stringify(given)}`, () => {
      assert.throws(() => readOrder(given), { code: 'ERR_IPEM_INVALID_ARG' })
    })
  }

  test('wants 0–1024 workers', () => {
    for (const workers of [-1, 1025, 1.5, Number.NaN, '1']) {
      assert.throws(() => checkWorkers(workers), { code: 'ERR_IPEM_INVALID_ARG', argument: 'workers' })
    }
  })
})
