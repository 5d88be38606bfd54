import assert from 'node:assert/strict'
import os from 'node:os'
import { describe, it } from 'node:test'
import {
  type Circumstances,
  MASTER_SIGNALS,
  type MasterSignal,
  type Order,
  WORKER_SIGNALS,
  type WorkerOrder,
  type WorkerSignal,
} from '../../src/serve/signal-table.js'

const USUAL: Circumstances = { style: 'graceful', onTerminal: false, stopping: false }

describe('what a signal asks the master for', () => {
  const rows: [signal: MasterSignal, circumstances: Partial<Circumstances>, order: Order][] = [
    ['SIGHUP', {}, 'reload'],
    ['SIGHUP', { style: 'unicorn', onTerminal: true, stopping: true }, 'reload'],
    ['SIGQUIT', {}, 'stop'],
    ['SIGQUIT', { style: 'unicorn' }, 'stop'],
    ['SIGQUIT', { stopping: true }, 'quick-stop'],
    ['SIGTERM', {}, 'stop'],
    ['SIGTERM', { style: 'unicorn' }, 'quick-stop'],
    ['SIGTERM', { stopping: true }, 'quick-stop'],
    ['SIGINT', {}, 'stop'],
    ['SIGINT', { onTerminal: true }, 'stop'],
    ['SIGINT', { style: 'unicorn' }, 'quick-stop'],
    ['SIGINT', { stopping: true }, 'quick-stop'],
    ['SIGTTIN', {}, 'more-workers'],
    ['SIGTTOU', {}, 'fewer-workers'],
    ['SIGWINCH', {}, 'no-workers'],
    ['SIGWINCH', { onTerminal: true }, 'nothing'],
    ['SIGUSR1', {}, 'reopen-logs'],
    ['SIGUSR1', { stopping: true }, 'reopen-logs'],
    ['SIGUSR2', {}, 'upgrade'],
  ]
  for (const [signal, circumstances, order] of rows) {
    const when = Object.entries(circumstances).map(([name, value]) => (value === true ? name : value))
    it(`${[signal, ...when].join(', ')}: ${order}`, () => {
      assert.equal(MASTER_SIGNALS[signal].order({ ...USUAL, ...circumstances }), order)
    })
  }

  it('has a row here for each signal', () => {
    assert.deepEqual([...new Set(rows.map(([signal]) => signal))].sort(), Object.keys(MASTER_SIGNALS).sort())
  })
})

describe('what a signal asks a worker for', () => {
  const rows: Readonly<Record<WorkerSignal, [graceful: WorkerOrder, unicorn: WorkerOrder]>> = {
    SIGQUIT: ['leave', 'leave'],
    SIGTERM: ['leave', 'exit'],
    SIGINT: ['nothing', 'nothing'],
    SIGHUP: ['nothing', 'nothing'],
    SIGUSR1: ['nothing', 'nothing'],
    SIGUSR2: ['nothing', 'nothing'],
    SIGTTIN: ['nothing', 'nothing'],
    SIGTTOU: ['nothing', 'nothing'],
  }
  for (const [signal, [graceful, unicorn]] of Object.entries(rows)) {
    it(`${signal}: ${graceful}, with signals: 'unicorn' ${unicorn}`, () => {
      const { order } = WORKER_SIGNALS[signal as WorkerSignal]
      assert.deepEqual([order('graceful'), order('unicorn')], [graceful, unicorn])
    })
  }

  it('has a row here for each signal', () => {
    assert.deepEqual(Object.keys(rows).sort(), Object.keys(WORKER_SIGNALS).sort())
  })
})

describe('each signal of the tables', () => {
  it('exists here, can be listened to, and says what it does', () => {
    for (const [signal, { does }] of [...Object.entries(MASTER_SIGNALS), ...Object.entries(WORKER_SIGNALS)]) {
      assert.ok(signal in os.constants.signals, signal)
      assert.ok(!['SIGKILL', 'SIGSTOP'].includes(signal))
      assert.match(does, /^[A-Z].*\.$/s, signal)
    }
  })
})
