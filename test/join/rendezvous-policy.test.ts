import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IpemError, type IpemErrorCode } from '../../src/errors.js'
import type { DialOutcome } from '../../src/join/dial.js'
import {
  type Action,
  afterCallingSelf,
  afterDial,
  afterLoss,
  afterTaken,
  jittered,
  MAX_QUICK_TRIES,
  MAX_TRIES,
  type Setback,
  type Situation,
} from '../../src/join/rendezvous-policy.js'
import type { PeerInfo } from '../../src/wire/handshake.js'

const fresh: Situation = { onlyConnect: false, delayReconnect: 3000, tries: 0, proven: false }
const onlyConnect = { ...fresh, onlyConnect: true }
const proven = { ...fresh, proven: true }
const address = { host: '127.0.0.1', port: 7100 }

const ipemError = (code: IpemErrorCode): IpemError => new IpemError(code, 'why')
const refused = (code: IpemErrorCode): Setback => ({ kind: 'refused', error: ipemError(code) })
const refuse = (code: IpemErrorCode): Setback => ({ kind: 'refuse', error: ipemError(code) })
const nobody: Setback = { kind: 'nobody', stale: 'this file' }
const broken: Setback = { kind: 'broken', error: new Error('reset') }
const silent: Setback = { kind: 'silent', error: ipemError('ERR_IPEM_HANDSHAKE') }
const unreachable: Setback = { kind: 'unreachable', error: new Error('no route') }

type Expected = 'listen' | 'alone' | 'soon' | 'later'

/** The four things that can be meant, told apart with a random number that is always a half. */
function meaning(action: Action): Expected {
  if (action.do === 'listen') return 'listen'
  if (action.do === 'stayAlone') return 'alone'
  return action.afterMs < 3000 ? 'soon' : 'later'
}

const table: [what: string, outcome: Setback, situation: Situation, expected: Expected][] = [
  ['nobody listens', nobody, fresh, 'listen'],
  ['nobody listens, after many tries', nobody, { ...fresh, tries: 99 }, 'listen'],
  ['nobody listens and this process may only connect', nobody, onlyConnect, 'later'],
  ['the connection broke', broken, fresh, 'soon'],
  ['the connection broke, the last quick time', broken, { ...fresh, tries: MAX_QUICK_TRIES - 1 }, 'soon'],
  ['the connection broke too often for haste', broken, { ...fresh, tries: MAX_QUICK_TRIES }, 'later'],
  ['every connection broke', broken, { ...fresh, tries: MAX_TRIES }, 'alone'],
  ['every connection broke, where we were at home', broken, { ...proven, tries: MAX_TRIES }, 'later'],
  ['every connection broke and this process may only connect', broken, { ...onlyConnect, tries: 999 }, 'later'],
  ['the network says no', unreachable, fresh, 'later'],
  ['nobody said hello', silent, fresh, 'alone'],
  ['nobody said hello and this process may only connect', silent, onlyConnect, 'alone'],
  ['nobody said hello, where we were at home', silent, proven, 'later'],
  ['TLS did not come about', { kind: 'untrusted', error: ipemError('ERR_IPEM_AUTH') }, fresh, 'alone'],
  ['we may not connect', { kind: 'impossible', error: ipemError('ERR_IPEM_LISTEN') }, proven, 'alone'],
  ['it would be a ring', refused('ERR_IPEM_RING'), fresh, 'later'],
  ['our pid is still in the tree', refused('ERR_IPEM_DUPLICATE_PID'), fresh, 'later'],
  ['there is a crowd', refused('ERR_IPEM_TOO_MANY'), fresh, 'soon'],
  ['there is always a crowd', refused('ERR_IPEM_TOO_MANY'), { ...fresh, tries: 999 }, 'later'],
  ['it is closing', refused('ERR_IPEM_CLOSED'), fresh, 'soon'],
  ['we were too slow', refused('ERR_IPEM_HANDSHAKE'), fresh, 'soon'],
  ['it does not trust us', refused('ERR_IPEM_AUTH'), fresh, 'alone'],
  ['we do not trust it', refuse('ERR_IPEM_AUTH'), fresh, 'alone'],
  ['it is another application', refused('ERR_IPEM_FOREIGN'), proven, 'alone'],
  ['it speaks another version', refused('ERR_IPEM_VERSION'), onlyConnect, 'alone'],
  ['somebody below us has lied', refused('ERR_IPEM_PROTOCOL'), proven, 'later'],
  ['it speaks something else', refuse('ERR_IPEM_PROTOCOL'), fresh, 'alone'],
]

for (const [what, outcome, situation, expected] of table) {
  test(`after a dial: ${what} → ${expected}`, () => {
    assert.equal(meaning(afterDial(outcome, situation, () => 0.5)), expected)
  })
}

test('the file that refused is the one that may be replaced', () => {
  assert.deepEqual(afterDial(nobody, fresh, Math.random), { do: 'listen', stale: 'this file' })
})

test('who stays alone knows why', () => {
  const action = afterDial(refused('ERR_IPEM_FOREIGN'), fresh, Math.random)
  assert.equal(action.do === 'stayAlone' && action.error.code, 'ERR_IPEM_FOREIGN')
  const worn = afterDial(broken, { ...fresh, tries: MAX_TRIES }, Math.random)
  assert.equal(worn.do === 'stayAlone' && worn.error.code, 'ERR_IPEM_HANDSHAKE')
})

test('a bind that came too late dials again at once, in the end it is an error', () => {
  assert.equal(meaning(afterTaken(address, fresh, () => 0.5)), 'soon')
  assert.equal(meaning(afterTaken(address, { ...fresh, tries: MAX_QUICK_TRIES }, () => 0.5)), 'later')
  const worn = afterTaken(address, { ...fresh, tries: MAX_TRIES }, () => 0.5)
  assert.equal(worn.do === 'stayAlone' && worn.error.code, 'ERR_IPEM_LISTEN')
  assert.equal(meaning(afterTaken(address, { ...proven, tries: 999 }, () => 0.5)), 'later')
})

test('whoever lost its parent starts within 50 ms, each at a moment of its own', () => {
  for (const random of [0, 0.5, 0.999]) {
    assert.deepEqual(
      afterLoss(60_000, fresh, () => random),
      { do: 'dial', afterMs: random * 50, counts: false },
    )
  }
})

test('links that break as soon as they stand are not renewed in haste for ever', () => {
  assert.deepEqual(
    afterLoss(5, fresh, () => 0.5),
    { do: 'dial', afterMs: 25, counts: true },
  )
  assert.equal(meaning(afterLoss(5, { ...fresh, tries: MAX_QUICK_TRIES }, () => 0.5)), 'later')
})

test('20–50 ms of haste grow with every try', () => {
  const waits = Array.from({ length: MAX_QUICK_TRIES }, (_, tries) => {
    const action = afterDial(broken, { ...fresh, tries }, () => 1)
    return action.do === 'dial' ? action.afterMs : Number.NaN
  })
  assert.deepEqual(waits.slice(0, 3), [5, 10, 15])
  assert.equal(Math.max(...waits), 50)
})

test('the delay gets 0–20 % on top and is never nothing', () => {
  assert.equal(
    jittered(3000, () => 0),
    3000,
  )
  assert.equal(
    jittered(3000, () => 1),
    3600,
  )
  assert.equal(
    jittered(0, () => 0),
    10,
  )
})

const self = '1-AAAAAAAAAA'
const answeredBy = (pid: string): DialOutcome => ({ kind: 'done', peer: { pid } as PeerInfo, rest: Buffer.alloc(0) })

const verdicts: [what: string, outcome: DialOutcome, hasName: boolean, verdict: string][] = [
  ['we answer', answeredBy(self), true, 'mine'],
  ['another one answers', answeredBy('2-BBBBBBBBBB'), true, 'other'],
  ['nobody answers and the file is not ours', nobody, false, 'other'],
  ['nobody answers and the file is ours', nobody, true, 'unsure'],
  ['it breaks', broken, true, 'unsure'],
  ['it is silent', silent, true, 'unsure'],
  ['it is silent and the file is not ours', silent, false, 'other'],
  ['it cannot be reached', unreachable, true, 'unsure'],
  ['there is a crowd at our door', refused('ERR_IPEM_TOO_MANY'), true, 'unsure'],
  ['another application answers', refused('ERR_IPEM_FOREIGN'), true, 'other'],
  ['one with another cookie answers', refuse('ERR_IPEM_AUTH'), true, 'other'],
  ['our certificate is no good', { kind: 'untrusted', error: ipemError('ERR_IPEM_AUTH') }, true, 'unsure'],
]

for (const [what, outcome, hasName, verdict] of verdicts) {
  test(`after calling ourselves: ${what} → ${verdict}`, () => {
    assert.equal(afterCallingSelf(outcome, self, hasName), verdict)
  })
}
