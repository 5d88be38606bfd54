import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Exchange } from '../../../src/serve/master/exchange.js'
import type { Phase } from '../../../src/serve/master/plan.js'
import type { WorkerProcess } from '../../../src/serve/master/worker-process.js'
import type { NativeConnection } from '../../../src/serve/native-listener.js'

const KEY = 'tcp4:127.0.0.1:80'

class FakeConnection implements NativeConnection {
  closed = 0

  close(): void {
    this.closed++
  }
}

class FakeWorker {
  readonly pid: string
  readonly keys = new Set([KEY])
  phase: Phase = 'ready'
  sealed = false
  /** It can be sent to. */
  connected = true
  /** The numbers of what it was given. */
  readonly given: number[] = []
  readonly handles: unknown[] = []

  constructor(pid: string) {
    this.pid = pid
  }

  send(message: { act: string; id: number; key: string }, handle: unknown): boolean {
    if (!this.connected) return false
    assert.deepEqual([message.act, message.key], ['take', KEY])
    this.given.push(message.id)
    this.handles.push(handle)
    return true
  }

  get node(): WorkerProcess {
    return this as unknown as WorkerProcess
  }
}

function exchange(...pids: string[]) {
  const workers = pids.map((pid) => new FakeWorker(pid))
  const made = new Exchange(() => workers.map(({ node }) => node))
  const connection = new FakeConnection()
  const [a, b] = workers as [FakeWorker, FakeWorker]
  /** Dies, and its master hears of it. */
  const die = (worker: FakeWorker) => {
    workers.splice(workers.indexOf(worker), 1)
    worker.connected = false
    made.gone(worker.node)
  }
  return { workers, exchange: made, connection, a, b, die }
}

describe('a connection that is passed on', () => {
  it('goes to the one that should have it, and is kept until it has arrived', () => {
    const { exchange: desk, connection, a, b } = exchange('a', 'b')
    desk.pass({ key: KEY, to: 'b' }, connection)
    assert.deepEqual([a.given.length, b.handles], [0, [connection]])
    assert.equal(connection.closed, 0)
    desk.taken(b.given[0] as number)
    assert.equal(connection.closed, 1)
  })

  it('has a number of its own', () => {
    const { exchange: desk, a } = exchange('a')
    const [one, two] = [new FakeConnection(), new FakeConnection()]
    desk.pass({ key: KEY, to: 'a' }, one)
    desk.pass({ key: KEY, to: 'a' }, two)
    assert.equal(new Set(a.given).size, 2)
    desk.taken(a.given[1] as number)
    assert.deepEqual([one.closed, two.closed], [0, 1])
  })

  it('is closed once, however often it is said to have arrived', () => {
    const { exchange: desk, connection, a } = exchange('a')
    desk.pass({ key: KEY, to: 'a' }, connection)
    const [id] = a.given as [number]
    desk.taken(id)
    desk.taken(id)
    desk.taken(id + 1)
    assert.equal(connection.closed, 1)
  })

  const others: [title: string, change: Partial<FakeWorker>][] = [
    ['starts', { phase: 'booting' }],
    ['leaves', { phase: 'draining' }],
    ['was told that nothing comes any more', { sealed: true }],
    ['cannot be reached any more', { connected: false }],
  ]
  for (const [title, change] of others) {
    it(`goes to somebody else where the one that should have it ${title}`, () => {
      const { exchange: desk, connection, a, b } = exchange('a', 'b')
      Object.assign(b, change)
      desk.pass({ key: KEY, to: 'b' }, connection)
      assert.deepEqual([a.handles, b.handles], [[connection], []])
    })
  }

  it('goes to somebody else where nobody has that pid', () => {
    const { exchange: desk, connection, a } = exchange('a')
    desk.pass({ key: KEY, to: 'gone' }, connection)
    assert.deepEqual(a.handles, [connection])
  })

  it('goes only to who serves at its socket', () => {
    const { exchange: desk, connection, a, b } = exchange('a', 'b')
    a.keys.clear()
    for (let n = 0; n < 4; n++) desk.pass({ key: KEY, to: 'gone' }, connection)
    assert.deepEqual([a.given.length, b.given.length], [0, 4])
  })

  it('goes to one after the other where nobody is chosen', () => {
    const { exchange: desk, connection, workers } = exchange('a', 'b', 'c')
    for (let n = 0; n < 6; n++) desk.pass({ key: KEY, to: 'gone' }, connection)
    assert.deepEqual(
      workers.map(({ given }) => given.length),
      [2, 2, 2],
    )
  })

  it('goes to one that leaves where nobody else serves', () => {
    const { exchange: desk, connection, a, b } = exchange('a', 'b')
    a.phase = 'booting'
    b.phase = 'draining'
    desk.pass({ key: KEY, to: 'a' }, connection)
    assert.deepEqual([a.handles, b.handles], [[], [connection]])
  })
})

describe('a connection whose worker dies', () => {
  it('goes to another one, and is kept until that one has it', () => {
    const { exchange: desk, connection, a, b, die } = exchange('a', 'b')
    desk.pass({ key: KEY, to: 'a' }, connection)
    die(a)
    assert.deepEqual([b.handles, connection.closed], [[connection], 0])
    desk.taken(b.given[0] as number)
    assert.equal(connection.closed, 1)
  })

  it('stays with it where it had arrived', () => {
    const { exchange: desk, connection, a, b, die } = exchange('a', 'b')
    desk.pass({ key: KEY, to: 'a' }, connection)
    desk.taken(a.given[0] as number)
    die(a)
    assert.deepEqual([b.given, connection.closed], [[], 1])
  })

  it('is of no concern for those of others', () => {
    const { exchange: desk, connection, a, b, die } = exchange('a', 'b')
    desk.pass({ key: KEY, to: 'b' }, connection)
    die(a)
    assert.equal(b.given.length, 1)
  })
})

describe('a connection that finds nobody', () => {
  it('waits until somebody serves', () => {
    const { exchange: desk, connection, a } = exchange('a')
    a.phase = 'booting'
    desk.pass({ key: KEY, to: 'a' }, connection)
    desk.ready()
    assert.deepEqual([a.given.length, connection.closed], [0, 0])
    a.phase = 'ready'
    desk.ready()
    desk.ready()
    assert.deepEqual(a.handles, [connection])
  })

  it('waits where the last one dies', () => {
    const { exchange: desk, connection, a, die, workers } = exchange('a')
    desk.pass({ key: KEY, to: 'a' }, connection)
    die(a)
    const next = new FakeWorker('next')
    workers.push(next)
    desk.ready()
    assert.deepEqual(next.handles, [connection])
  })

  it('waits where all were told that nothing comes any more', () => {
    const { exchange: desk, connection, a, b } = exchange('a', 'b')
    a.sealed = true
    b.sealed = true
    desk.pass({ key: KEY, to: 'a' }, connection)
    desk.ready()
    assert.deepEqual([a.given, b.given, connection.closed], [[], [], 0])
  })

  it('is closed when nobody comes any more', () => {
    const { exchange: desk, connection, a } = exchange('a')
    const held = new FakeConnection()
    desk.pass({ key: KEY, to: 'a' }, held)
    a.sealed = true
    desk.pass({ key: KEY, to: 'a' }, connection)
    desk.close()
    desk.close()
    assert.deepEqual([held.closed, connection.closed], [1, 1])
    a.sealed = false
    desk.ready()
    assert.equal(a.given.length, 1)
  })
})
