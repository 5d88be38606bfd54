import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import process from 'node:process'
import { test } from 'node:test'
import { IpemError } from '../../src/errors.js'
import type { RequestRow } from '../../src/request/request-all.js'
import { MemoryNet, outcome, turn } from './memory-net.js'

/** `a` asks three others whose handler `x` waits until the test answers by pid. */
function scene(limits: { requestTimeoutMs?: number; maxPendingRequests?: number } = {}) {
  const net = new MemoryNet()
  const a = net.add('1-a', limits)
  const members = ['2-b', '3-c', '4-d']
  const handling = new Map<string, { resolve: (value: unknown) => void; signal: AbortSignal }>()
  for (const pid of members) {
    net.add(pid).requests.handle('x', function () {
      const { signal } = this
      return new Promise((resolve) => handling.set(pid, { resolve, signal }))
    })
  }
  const answer = (pid: string, value: unknown) => handling.get(pid)?.resolve(value)
  return { net, a, members, handling, answer }
}

function assertNothingLeft({ net }: { net: MemoryNet }): void {
  for (const { requests, watching } of net.processes.values()) {
    assert.deepEqual([requests.pendingCount, requests.handlingCount, watching], [0, 0, false])
  }
}

async function collect(rows: AsyncIterable<RequestRow>): Promise<[string, unknown][]> {
  const found: [string, unknown][] = []
  for await (const row of rows) {
    found.push([row.pid, row.error ? (row.error as IpemError).code : row.value])
  }
  return found
}

test('one row for each member, in order of arrival', async () => {
  const all = scene()
  const rows = collect(all.a.requests.requestAll(async () => all.members, 'x', []))
  await turn()
  for (const pid of ['3-c', '4-d', '2-b']) {
    all.answer(pid, `from ${pid}`)
    await turn()
  }
  assert.deepEqual(await rows, [
    ['3-c', 'from 3-c'],
    ['4-d', 'from 4-d'],
    ['2-b', 'from 2-b'],
  ])
  assertNothingLeft(all)
})

test('a row has either a value or an error', async () => {
  const { net, a } = scene()
  net.processes.get('2-b')?.requests.handle('now', () => undefined)
  for await (const row of a.requests.requestAll(Promise.resolve(['2-b', '3-c']), 'now', [])) {
    assert.deepEqual(Object.keys(row), row.pid === '2-b' ? ['pid', 'value'] : ['pid', 'error'])
  }
})

test('a process that hangs, is lost, cannot be reached or fails does so in its own row only', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const all = scene()
  const e = all.net.add('5-e')
  e.requests.handle('x', () => {
    throw Object.assign(new Error('e'), { code: 'EE' })
  })
  const members = [...all.members, '5-e', '9-z']
  const rows = collect(all.a.requests.requestAll(() => members, 'x', [{ timeout: 100 }]))
  await turn()
  all.net.lose('3-c')
  all.answer('4-d', 'fine')
  await turn()
  t.mock.timers.tick(100)
  assert.deepEqual(await rows, [
    ['5-e', 'EE'],
    ['9-z', 'ERR_IPEM_UNREACHABLE'],
    ['3-c', 'ERR_IPEM_GONE'],
    ['4-d', 'fine'],
    ['2-b', 'ERR_IPEM_TIMEOUT'],
  ])
  assert.ok(all.handling.get('2-b')?.signal.aborted)
  assertNothingLeft(all)
})

test('nobody to ask: no row', async () => {
  const { a } = scene()
  assert.deepEqual(await collect(a.requests.requestAll(() => [], 'x', [])), [])
})

test('nothing happens before iteration starts, and nothing after return without a start', async () => {
  const { net, a } = scene()
  let calls = 0
  const rows = a.requests.requestAll(
    () => {
      calls++
      return ['2-b']
    },
    'x',
    [],
  )
  await turn()
  assert.equal(calls, 0)
  await rows.return()
  assert.deepEqual(await rows.next(), { done: true, value: undefined })
  assert.equal(calls, 0)
  assert.deepEqual(net.sent, [])
})

test('break cancels what is pending and releases everything', async () => {
  const all = scene()
  const controller = new AbortController()
  const options = { signal: controller.signal, timeout: 60_000 }
  const timers = process.getActiveResourcesInfo().length
  setImmediate(() => all.answer('3-c', 1))
  for await (const row of all.a.requests.requestAll(() => all.members, 'x', [options])) {
    assert.equal(row.pid, '3-c')
    break
  }
  assert.deepEqual(
    all.members.map((pid) => all.handling.get(pid)?.signal.aborted),
    [true, false, true],
  )
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
  assert.equal(process.getActiveResourcesInfo().length, timers)
  assertNothingLeft(all)
})

test('return ends a next that is under way, and drops rows that were not taken', async () => {
  const all = scene()
  const rows = all.a.requests.requestAll(() => all.members, 'x', [])
  const first = rows.next()
  const second = rows.next()
  const third = rows.next()
  await turn()
  all.answer('2-b', 1)
  assert.deepEqual(await first, { done: false, value: { pid: '2-b', value: 1 } })
  await rows[Symbol.asyncDispose]()
  assert.deepEqual(await second, { done: true, value: undefined })
  assert.deepEqual(await third, { done: true, value: undefined })
  assert.deepEqual(await rows.next(), { done: true, value: undefined })
  assertNothingLeft(all)

  const dropped = all.a.requests.requestAll(() => ['9-y', '9-z'], 'x', [])
  await dropped.next()
  await dropped.return()
  assert.deepEqual(await dropped.next(), { done: true, value: undefined })
})

test('an abort ends the open rows, those not asked yet too', async () => {
  const all = scene({ maxPendingRequests: 2 })
  const controller = new AbortController()
  const rows = all.a.requests.requestAll(() => all.members, 'x', [{ signal: controller.signal }])
  const collected = collect(rows)
  await turn()
  controller.abort('enough')
  assert.deepEqual(
    (await collected).sort(),
    all.members.map((pid) => [pid, 'ERR_IPEM_ABORTED']),
  )
  assert.equal(all.net.count('request'), 2)
  assert.equal(all.net.count('cancel'), 2)
  assertNothingLeft(all)
})

test('an abort while the members are not known ends the iteration', async () => {
  const all = scene()
  const controller = new AbortController()
  let found: (members: string[]) => void = () => {}
  const members = new Promise<string[]>((resolve) => {
    found = resolve
  })
  const rows = all.a.requests.requestAll(members, 'x', [{ signal: controller.signal }])
  const next = rows.next()
  controller.abort('enough')
  await assert.rejects(next, { code: 'ERR_IPEM_ABORTED', cause: 'enough', event: 'x' })
  found(all.members)
  await turn()
  assert.deepEqual(await rows.next(), { done: true, value: undefined })
  assert.deepEqual(all.net.sent, [])
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0)

  const late = all.a.requests.requestAll(() => assert.fail(), 'x', [{ signal: controller.signal }])
  await assert.rejects(late.next(), { code: 'ERR_IPEM_ABORTED' })
})

test('members that cannot be found are the error of the iteration', async () => {
  const { a } = scene()
  const error = new IpemError('ERR_IPEM_NOT_STARTED', 'not yet')
  const failing = [
    () => {
      throw error
    },
    () => Promise.reject(error),
  ]
  for (const members of failing) {
    const rows = a.requests.requestAll(members, 'x', [])
    await assert.rejects(rows.next(), error)
    assert.deepEqual(await rows.next(), { done: true, value: undefined })
  }
})

test('wrong options throw at the call', () => {
  const { a } = scene()
  assert.throws(() => a.requests.requestAll(() => [], 'x', [{ timeout: 'soon' }]), { code: 'ERR_IPEM_INVALID_ARG' })
})

test('more members than may be pending are asked as rows end', async () => {
  const net = new MemoryNet({ held: true })
  const a = net.add('1-a', { maxPendingRequests: 3 })
  const members = Array.from({ length: 10 }, (_, i) => `${i}-m`)
  let most = 0
  for (const pid of members) net.add(pid).requests.handle('x', () => pid)
  const rows = collect(a.requests.requestAll(() => members, 'x', []))
  while (net.count('answer') < members.length) {
    await turn()
    most = Math.max(most, a.requests.pendingCount)
    net.flush()
  }
  assert.equal(most, 3)
  assert.deepEqual(
    await rows,
    members.map((pid) => [pid, pid]),
  )
})

test('where others hold every place, the rows say so and the iteration ends', async () => {
  const { a } = scene({ maxPendingRequests: 1 })
  const held = a.requests.request({ to: '2-b' }, 'x', [])
  assert.deepEqual(await collect(a.requests.requestAll(() => ['3-c', '4-d'], 'x', [])), [
    ['3-c', 'ERR_IPEM_TOO_MANY'],
    ['4-d', 'ERR_IPEM_TOO_MANY'],
  ])
  assert.equal(await outcome(held), 'pending')
})

test('100,000 rows that end at once overflow no stack', async () => {
  const net = new MemoryNet()
  const a = net.add('1-a', { maxPendingRequests: 10 })
  a.requests.handle('x', () => 1)
  let rows = 0
  for await (const row of a.requests.requestAll(() => Array<string>(100_000).fill('1-a'), 'x', [])) {
    rows += row.value as number
    net.sent.length = 0
  }
  assert.equal(rows, 100_000)
})

test('close ends the open rows and the iteration', async () => {
  const all = scene()
  const rows = collect(all.a.requests.requestAll(() => all.members, 'x', []))
  await turn()
  all.a.requests.close(new IpemError('ERR_IPEM_CLOSED', 'closed'))
  assert.deepEqual(
    await rows,
    all.members.map((pid) => [pid, 'ERR_IPEM_CLOSED']),
  )
})

test('who finds the members is given the terms of the call, and is told when nobody waits any more', async () => {
  const { a } = scene()
  let given: { timeout?: number | undefined; signal?: AbortSignal | undefined } = {}
  const rows = a.requests.requestAll(
    (options) => {
      given = options
      return new Promise<string[]>(() => {})
    },
    'x',
    [{ timeout: 200 }],
  )
  const first = rows.next()
  await turn()
  assert.equal(given.timeout, 200)
  assert.equal(given.signal?.aborted, false)
  await rows.return()
  assert.equal(given.signal?.aborted, true)
  assert.deepEqual(await first, { done: true, value: undefined })
})
