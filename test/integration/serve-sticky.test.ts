import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { io, type Socket } from 'socket.io-client'
import { app, folderOf, ServeStage } from '../serve/stage.js'
import { until } from './puppets.js'

async function stageWith(t: TestContext, config: object): Promise<ServeStage> {
  const file = path.join(folderOf(t), 'config.json')
  fs.writeFileSync(file, JSON.stringify({ listenPort: 0, workers: 4, ...config }))
  return ServeStage.serving(t, ['-c', file])
}

/** Which worker answers a client, in so many connections. */
async function answerers(stage: ServeStage, headers: Record<string, string>, times = 6): Promise<Set<string>> {
  const bodies = await Promise.all(Array.from({ length: times }, async () => (await stage.get('/', { headers })).body))
  return new Set(bodies)
}

describe('sticky connections', { concurrency: 2 }, () => {
  it('by address: all of one machine are with one worker', async (t) => {
    const stage = await stageWith(t, { workerApp: app('pid.cjs'), sticky: 'ip' })
    assert.equal((await answerers(stage, {})).size, 1)
  })

  for (const [what, sticky, header] of [
    ['a header', { header: 'x-user' }, (user: string) => ({ 'X-User': user })],
    [
      'a cookie, whoever should accept',
      { cookie: 'session' },
      (user: string) => ({ Cookie: `a=b; session=${user}; c=d` }),
    ],
  ] as const) {
    it(`by ${what}: each client has one worker, and they share the clients`, async (t) => {
      const accept = 'cookie' in sticky ? 'round-robin' : 'auto'
      const stage = await stageWith(t, { workerApp: app('pid.cjs'), sticky, accept })
      const workers = new Set<string>()
      for (let user = 0; user < 12; user++) {
        const theirs = await answerers(stage, header(`user-${user}`), 3)
        assert.equal(theirs.size, 1)
        for (const worker of theirs) workers.add(worker)
      }
      assert.ok(workers.size > 1, `${workers.size} workers for 12 clients`)
      // Who does not say is served by anybody.
      assert.equal((await stage.get()).status, 200)
    })
  }

  it('when a worker goes its clients alone move', async (t) => {
    const stage = await stageWith(t, { workerApp: app('pid.cjs'), sticky: { header: 'x-user' } })
    const users = Array.from({ length: 16 }, (_, n) => ({ 'x-user': `user-${n}` }))
    const places = () => Promise.all(users.map(async (headers) => Number((await stage.get('/', { headers })).body)))
    const before = await places()
    const last = stage.workers().at(-1) as number
    stage.kill('SIGTTOU')
    await until('three workers', () => stage.workers().length === 3)
    const gone = before.filter((pid) => !stage.workers().includes(pid))
    const after = await places()
    const moved = after.filter((pid, index) => pid !== before[index])
    assert.ok(last > 0)
    assert.equal(moved.length, gone.length)
  })

  it('let socket.io poll and upgrade over four workers, over a reload too', async (t) => {
    const stage = await stageWith(t, { workerApp: app('socket-io.cjs'), sticky: { header: 'x-user' }, timeout: 2 })
    const clients = Array.from({ length: 8 }, (_, user) =>
      io(`http://127.0.0.1:${stage.port}`, {
        extraHeaders: { 'x-user': `user-${user}` },
        reconnectionDelay: 50,
        reconnectionDelayMax: 100,
      }),
    )
    t.after(() => {
      for (const client of clients) client.disconnect()
    })
    const who = async (client: Socket): Promise<number> => {
      if (!client.connected) await once(client as unknown as NodeJS.EventEmitter, 'connect')
      return (await client.timeout(5000).emitWithAck('who')) as number
    }
    const first = await Promise.all(clients.map(who))
    assert.ok(new Set(first).size > 1)
    await until('WebSockets', () => clients.every(({ io: { engine } }) => engine.transport.name === 'websocket'))
    stage.kill('SIGHUP')
    await stage.untilLog('Reloaded')
    await until('new workers alone', () => stage.workers().every((pid) => !first.includes(pid)))
    const second = await Promise.all(clients.map(who))
    assert.ok(second.every((pid) => stage.workers().includes(pid)))
  })
})

describe('workers that are worn', { concurrency: 2 }, () => {
  it('by so many requests are replaced one after the other, and nothing is lost', async (t) => {
    const stage = await stageWith(t, { workerApp: app('pid.cjs'), workers: 3, maxRequests: 50 })
    const first = stage.workers()
    let most = 0
    for (let n = 0; n < 400; n++) {
      assert.equal((await stage.get()).status, 200)
      most = Math.max(most, stage.workers().length)
    }
    assert.ok(stage.count('requests') >= 3, stage.log)
    await until('all to be replaced', () => stage.workers().every((pid) => !first.includes(pid)))
    assert.ok(most <= 5, `${most} workers at once`)
  })

  it('by memory, too', async (t) => {
    const stage = await stageWith(t, { workerApp: app('pid.cjs'), workers: 1, maxMemory: 1 })
    await stage.untilLog('MiB', 2)
    assert.equal((await stage.get()).status, 200)
  })
})
