import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PlainConfig } from '../../../src/serve/config/resolved.js'
import type { ListenQuery, ToWorker } from '../../../src/serve/handle-channel.js'
import type { Listeners } from '../../../src/serve/master/listeners.js'
import type { Phase } from '../../../src/serve/master/plan.js'
import { SocketDesk } from '../../../src/serve/master/socket-desk.js'
import type { WorkerProcess } from '../../../src/serve/master/worker-process.js'
import type { NativeListener } from '../../../src/serve/native-listener.js'
import { until } from '../../integration/puppets.js'

const KEY = 'tcp4:127.0.0.1:80'
const OWN = `own:${KEY}`
const QUERY: ListenQuery = { address: '127.0.0.1', port: 80, addressType: 4, backlog: 511, taken: [] }

class FakeWorker {
  readonly keys: Set<string>
  readonly pid = 'a'
  readonly slot = 1
  phase: Phase = 'ready'
  sealed = false
  readonly sent: ToWorker[] = []
  readonly handles: unknown[] = []

  constructor(...keys: string[]) {
    this.keys = new Set(keys)
  }

  send(message: ToWorker, handle?: unknown): boolean {
    this.sent.push(message)
    if (handle !== undefined) this.handles.push(handle)
    return true
  }

  get node(): WorkerProcess {
    return this as unknown as WorkerProcess
  }
}

class FakeListener implements NativeListener {
  readonly fd = -1
  closed = 0

  close(): void {
    this.closed++
  }

  listen(): number {
    return 0
  }
}

interface Faults {
  readonly open?: Error
}

function desk(config: Partial<PlainConfig> = {}, { open }: Faults = {}, ...keys: string[]) {
  const made = {
    errors: [] as unknown[],
    changes: 0,
    closed: [] as [key: string, shared: boolean][],
    socket: new FakeListener(),
    workers: [] as FakeWorker[],
    desk: null as unknown as SocketDesk,
  }
  const listeners = {
    all: keys.map((key) => ({ key })),
    open: async () => {
      if (open !== undefined) throw open
      return { handle: made.socket }
    },
    close: (key: string, shared: boolean) => made.closed.push([key, shared]),
  }
  made.desk = new SocketDesk(
    listeners as unknown as Listeners,
    () => made.workers.map(({ node }) => node),
    () => ({ places: [], placesGiven: false, accept: 'auto', sticky: undefined, ...config }) as unknown as PlainConfig,
    (error) => made.errors.push(error),
    () => made.changes++,
  )
  return made
}

async function answerTo(made: ReturnType<typeof desk>, worker: FakeWorker, query = QUERY): Promise<unknown[]> {
  made.desk.receive(worker.node, { act: 'listen', id: 9, query }, undefined)
  await until('an answer', () => worker.sent.length > 0)
  const { errno, remote, copy, reusePort, id } = worker.sent.at(-1) as Extract<ToWorker, { act: 'listen' }>
  assert.equal(id, 9)
  return [errno, remote, copy, reusePort]
}

describe('a worker that asks for a socket', () => {
  it('gets it, and is known to serve there', async () => {
    const made = desk()
    const worker = new FakeWorker()
    assert.deepEqual(await answerTo(made, worker), [0, false, false, false])
    assert.ok(worker.keys.size === 1 && [...worker.keys][0]?.startsWith('own:'))
    assert.deepEqual(worker.handles, [made.socket])
  })

  for (const config of [{ accept: 'round-robin' }, { sticky: 'ip' }] as const) {
    it(`hands a copy back where the master accepts by ${JSON.stringify(config)}, but one`, async () => {
      const made = desk(config)
      const worker = new FakeWorker()
      assert.deepEqual(await answerTo(made, worker), [0, true, true, false])
      const [key] = worker.keys as unknown as Iterable<string>
      made.desk.receive(worker.node, { act: 'copy', key: key as string }, new FakeListener())
      assert.deepEqual(await answerTo(made, new FakeWorker()), [0, true, false, false])
      made.desk.close(false)
    })
  }

  it('binds it by itself where the system shares connections out', async () => {
    assert.deepEqual(await answerTo(desk({ accept: 'reuseport' }), new FakeWorker()), [0, false, false, true])
  })

  it('is refused where another server of its own has the place', async () => {
    const made = desk()
    const first = new FakeWorker()
    await answerTo(made, first)
    const worker = new FakeWorker()
    const [errno] = await answerTo(made, worker, { ...QUERY, taken: [...first.keys] })
    assert.deepEqual([errno, worker.keys.size, worker.handles, made.errors], [-98, 0, [], []])
  })

  it('is refused where it cannot be opened, and the master hears why', async () => {
    const error = new Error('in use')
    const made = desk({}, { open: error })
    const worker = new FakeWorker()
    const [errno] = await answerTo(made, worker)
    assert.deepEqual([errno, worker.keys.size, made.errors], [-98, 0, [error]])
  })
})

describe('sockets that nobody has any more', () => {
  it('are closed where an app asked for them', () => {
    const made = desk({}, {}, KEY, OWN, `${OWN}#1`)
    made.desk.closeUnused([new FakeWorker(`${OWN}#1`).node])
    assert.deepEqual(made.closed, [[OWN, false]])
  })

  it('are those that a worker has closed', () => {
    const made = desk({}, {}, OWN)
    const worker = new FakeWorker(OWN)
    made.desk.closeUnused([worker.node])
    assert.deepEqual(made.closed, [])
    made.desk.receive(worker.node, { act: 'closed', key: OWN }, undefined)
    made.desk.closeUnused([worker.node])
    assert.deepEqual(made.closed, [[OWN, false]])
  })

  for (const shared of [true, false]) {
    it(`are all of them at the end, ${shared ? 'shared' : 'not shared'} with another master`, () => {
      const made = desk({}, {}, KEY, OWN)
      made.desk.close(shared)
      assert.deepEqual(made.closed, [
        [KEY, shared],
        [OWN, shared],
      ])
    })
  }
})

describe('a master that accepts for its workers', () => {
  const accepting = () => {
    const made = desk()
    const copy = new FakeListener()
    const worker = new FakeWorker(KEY)
    made.desk.receive(worker.node, { act: 'copy', key: KEY }, copy)
    return { ...made, copy, worker }
  }

  it('goes on while one of them serves there', () => {
    const { desk: made, copy, worker } = accepting()
    const leaving = Object.assign(new FakeWorker(KEY), { phase: 'draining' })
    made.workersChanged([leaving.node, worker.node])
    assert.equal(copy.closed, 0)
    made.close(false)
    assert.equal(copy.closed, 1)
  })

  const rows: [title: string, workers: FakeWorker[]][] = [
    ['there is none', []],
    ['the last one leaves', [Object.assign(new FakeWorker(KEY), { phase: 'draining' as const })]],
    ['all serve elsewhere', [new FakeWorker('tcp4:127.0.0.1:81')]],
  ]
  for (const [title, workers] of rows) {
    it(`stops where ${title}`, () => {
      const { desk: made, copy } = accepting()
      made.workersChanged(workers.map(({ node }) => node))
      assert.deepEqual([copy.closed, made.acceptors.keys], [1, []])
    })
  }

  it('tells a worker that leaves that nothing more comes, and says that something changed', () => {
    const made = desk()
    const worker = new FakeWorker(KEY)
    made.desk.receive(worker.node, { act: 'leaving' }, undefined)
    assert.deepEqual([worker.sealed, worker.sent, made.changes], [true, [{ act: 'last' }], 1])
  })

  it('takes a connection itself where it is the one that should have it', () => {
    const made = desk()
    const taken: unknown[] = []
    const connection = new FakeListener()
    made.desk.serveHere('here', (each) => taken.push(each))
    made.desk.receive(new FakeWorker(KEY).node, { act: 'pass', key: KEY, to: 'here' }, connection)
    assert.deepEqual([taken, connection.closed], [[connection], 0])
  })
})
