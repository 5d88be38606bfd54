import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  decideRestart,
  INITIAL_RESTART_STATE,
  type ProcessEnd,
  type RestartPolicy,
  type RestartState,
} from '../../src/supervise/restart-policy.js'

const POLICY: RestartPolicy = { mode: 'permanent', delayMs: 1000, maxDelayMs: 30_000, healthyAfterMs: 10_000 }
const CRASH: ProcessEnd = { at: 0, aliveMs: 50, onlineMs: null, code: 1, signal: null, intentional: false }
const CLEAN = { code: 0 }
const KILLED = { code: null, signal: 'SIGKILL' }
const WRONG_CWD = { code: null, notStarted: { errno: 'ENOENT', first: true } }

const decide = (
  policy: Partial<RestartPolicy>,
  end: Partial<ProcessEnd>,
  state: RestartState = INITIAL_RESTART_STATE,
) => decideRestart({ ...POLICY, ...policy }, state, { ...CRASH, ...end }, 0)

/** The delays of a child that crashes again and again, without jitter. */
function delays(policy: Partial<RestartPolicy>, ends: Partial<ProcessEnd>[]): (number | string)[] {
  let state = INITIAL_RESTART_STATE
  return ends.map((end) => {
    const decision = decide(policy, end, state)
    if (decision.action !== 'restart') return decision.action
    state = decision.state
    return decision.delayMs
  })
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)

describe('whether a child is restarted', () => {
  const intentional = true
  const rows: [mode: RestartPolicy['mode'], how: string, end: Partial<ProcessEnd>, action: string][] = [
    ['permanent', 'exits with 0', CLEAN, 'restart'],
    ['permanent', 'exits with 1', {}, 'restart'],
    ['permanent', 'is killed', KILLED, 'restart'],
    ['permanent', 'is stopped', { ...KILLED, intentional }, 'end'],
    ['permanent', 'disconnects and exits with 0', { ...CLEAN, intentional }, 'end'],
    ['permanent', 'cannot be started for a wrong path', WRONG_CWD, 'end'],
    ['permanent', 'finds no process slot', { notStarted: { errno: 'EAGAIN', first: true } }, 'restart'],
    ['permanent', 'finds no descriptors', { notStarted: { errno: 'EMFILE', first: true } }, 'restart'],
    ['permanent', 'finds its path gone at a restart', { notStarted: { errno: 'ENOENT', first: false } }, 'restart'],
    ['transient', 'exits with 0', CLEAN, 'end'],
    ['transient', 'exits with 1', {}, 'restart'],
    ['transient', 'is killed', KILLED, 'restart'],
    ['transient', 'is killed after exit code 0 was set', { code: 0, signal: 'SIGTERM' }, 'restart'],
    ['transient', 'is stopped', { ...KILLED, intentional }, 'end'],
    ['transient', 'cannot be started for a wrong path', WRONG_CWD, 'end'],
    ['transient', 'finds no memory', { notStarted: { errno: 'ENOMEM', first: true } }, 'restart'],
    ['temporary', 'exits with 0', CLEAN, 'end'],
    ['temporary', 'exits with 1', {}, 'end'],
    ['temporary', 'is killed', KILLED, 'end'],
    ['temporary', 'finds no process slot', { notStarted: { errno: 'EAGAIN', first: true } }, 'end'],
  ]
  for (const [mode, how, end, action] of rows) {
    it(`a ${mode} child that ${how}: ${action}`, () => assert.equal(decide({ mode }, end).action, action))
  }
})

describe('the delay of a restart', () => {
  const rows: [title: string, policy: Partial<RestartPolicy>, ends: Partial<ProcessEnd>[], expected: unknown[]][] = [
    ['doubles up to the cap', {}, times(7, {}), [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]],
    ['doubles from at least 100 ms', { delayMs: 30 }, times(4, {}), [30, 100, 200, 400]],
    ['may be none for the first', { delayMs: 0 }, times(4, {}), [0, 100, 200, 400]],
    ['is never less than the option, whatever the cap', { delayMs: 60_000 }, times(2, {}), [60_000, 60_000]],
    ['is no hot loop, whatever the cap', { delayMs: 0, maxDelayMs: 0 }, times(3, {}), [0, 100, 100]],
    ['grows for exits with 0, too', {}, times(3, CLEAN), [1000, 2000, 4000]],
    ['is the first one again after health', {}, [{}, {}, { onlineMs: 10_000 }, {}], [1000, 2000, 1000, 2000]],
    ['is not, a millisecond before', {}, [{}, {}, { onlineMs: 9_999 }, {}], [1000, 2000, 4000, 8000]],
    [
      'counts health from online on, as a slow start is none',
      {},
      [{}, { aliveMs: 60_000, onlineMs: 10 }, { aliveMs: 60_000 }],
      [1000, 2000, 4000],
    ],
    ['takes a very old child for healthy that never spoke', {}, [{}, {}, { aliveMs: 100_000 }], [1000, 2000, 1000]],
    ['is the first one with healthyAfter 0', { healthyAfterMs: 0 }, [{}, { onlineMs: 0 }, {}], [1000, 1000, 1000]],
    [
      'grows while it cannot even be started',
      { healthyAfterMs: 0 },
      times(3, { notStarted: { errno: 'EAGAIN', first: false } }),
      [1000, 2000, 4000],
    ],
  ]
  for (const [title, policy, ends, expected] of rows) {
    it(title, () => assert.deepEqual(delays(policy, ends), expected))
  }

  it('gets 0–20 % of jitter on top, never less', () => {
    const withRandom = (random: number) => {
      const decision = decideRestart(POLICY, INITIAL_RESTART_STATE, CRASH, random)
      assert.ok(decision.action === 'restart')
      return decision
    }
    assert.equal(withRandom(0).delayMs, 1000)
    assert.equal(withRandom(0.5).delayMs, 1100)
    assert.equal(withRandom(0.999_999).delayMs, 1200)
    assert.equal(withRandom(0.999_999).state.lastDelayMs, 1000, 'jitter does not add up')
  })

  it('stays what a timer can hold, jitter included', () => {
    const longest = 2 ** 31 - 1
    const decision = decideRestart({ ...POLICY, delayMs: longest }, INITIAL_RESTART_STATE, CRASH, 0.9)
    assert.ok(decision.action === 'restart')
    assert.equal(decision.delayMs, longest)
  })
})

describe('intensity', () => {
  const intensity = { restarts: 2, periodMs: 5000 }
  const at = (...timestamps: number[]) => timestamps.map((at) => ({ at }))
  const actions = (policy: Partial<RestartPolicy>, ends: Partial<ProcessEnd>[]) =>
    delays(policy, ends).map((delay) => (typeof delay === 'number' ? 'restart' : delay))

  const rows: [title: string, policy: Partial<RestartPolicy>, ends: Partial<ProcessEnd>[], expected: string[]][] = [
    ['never gives up without it', {}, times(50, {}), times(50, 'restart')],
    ['never gives up with null', { intensity: null }, times(50, {}), times(50, 'restart')],
    ['gives up at one more than it allows', { intensity }, at(0, 1, 2), ['restart', 'restart', 'give-up']],
    ['counts what is exactly a period old', { intensity }, at(0, 1, 5000), ['restart', 'restart', 'give-up']],
    ['forgets what is older', { intensity }, at(0, 1, 5001, 5001), ['restart', 'restart', 'restart', 'give-up']],
    ['gives up at once with 0', { intensity: { restarts: 0, periodMs: 1 } }, at(0), ['give-up']],
    [
      'counts restarts of a healthy child, too',
      { intensity, healthyAfterMs: 10 },
      at(0, 1000, 2000).map((end) => ({ ...end, onlineMs: 900 })),
      ['restart', 'restart', 'give-up'],
    ],
    [
      'does not count what is not restarted',
      { intensity, mode: 'transient' },
      [...at(0, 1), { at: 2, ...CLEAN }],
      ['restart', 'restart', 'end'],
    ],
  ]
  for (const [title, policy, ends, expected] of rows) {
    it(title, () => assert.deepEqual(actions(policy, ends), expected))
  }

  it('keeps no more timestamps than it needs', () => {
    let state = INITIAL_RESTART_STATE
    for (let at = 0; at < 100_000; at += 3000) {
      const decision = decide({ intensity }, { at }, state)
      assert.ok(decision.action === 'restart')
      state = decision.state
      assert.ok(state.restartedAt.length <= 2)
    }
  })
})
