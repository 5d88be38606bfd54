import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { describe, it } from 'node:test'
import { app, folderOf, request, ServeStage } from '../serve/stage.js'
import { freePort } from './stage.js'

const ANSWERS: readonly [what: string, file: string, body: string][] = [
  ['exports a function, from an ES module', 'handler.mjs', 'handled'],
  ['exports an app of express, which listens only elsewhere', 'express.cjs', 'expressed'],
  ['is one of express that listens by itself, at another port', 'express-listens.mjs', 'expressed by itself'],
  ['exports an app of fastify', 'fastify.mjs', 'fast'],
  ['exports an app of koa', 'koa.mjs', 'koa'],
  ['exports an app of hono', 'hono.mjs', 'hono'],
  ['exports a web-standard fetch handler', 'fetch.mjs', 'fetched'],
]

describe('ipem serve runs an app that', { concurrency: 2 }, () => {
  for (const [what, file, body] of ANSWERS) {
    it(what, async (t) => {
      const stage = await ServeStage.serving(t, [app(file), '-p', '0', '-w', '2'])
      const answer = await stage.get()
      assert.deepEqual([answer.status, answer.body], [200, body])
    })
  }

  it('exports a handler and listens with it: only that counts, and other servers have their own', async (t) => {
    const stage = await ServeStage.serving(t, [app('both.cjs'), '-w', '2'])
    const ports = [...stage.log.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => port)
    const bodies = await Promise.all(ports.map(async (port) => (await request({ port })).body))
    assert.deepEqual(bodies.sort(), ['both', 'metrics'])
  })

  it('needs a package that is not installed, and is told which', async (t) => {
    // Outside of this project nobody has it.
    const file = path.join(folderOf(t), 'app.mjs')
    fs.copyFileSync(app('fetch.mjs'), file)
    const stage = new ServeStage(t, [file, '-p', '0', '-w', '1'])
    assert.equal(await stage.ended, 1)
    assert.match(stage.log, /needs @hono\/node-server: npm install @hono\/node-server/)
  })

  it('exports run(config, next), with the configuration in both spellings', async (t) => {
    const file = path.join(folderOf(t), 'config.cjs')
    const config = { worker_app: app('run.cjs'), listen_port: 0, workers: 2, app: { name: 'shop' } }
    fs.writeFileSync(file, `module.exports = ${JSON.stringify(config)}`)
    const stage = await ServeStage.serving(t, ['-c', file])
    const facts = { port: 0, same: 0, workers: 2, app: { name: 'shop' } }
    assert.deepEqual(JSON.parse((await stage.get()).body), facts)
  })

  it('exports a server of TCP', async (t) => {
    const stage = await ServeStage.serving(t, [app('raw.cjs'), '-p', '0', '-w', '1'])
    const socket = net.connect(stage.port, '127.0.0.1').end('a line\n')
    const [line] = await once(socket, 'data')
    assert.equal(String(line), 'a line\n')
  })

  it('listens by itself at its own port, and owns no socket: it is the same for all workers', async (t) => {
    const port = await freePort()
    const env = { OWN_PORT: String(port) }
    const stage = await ServeStage.serving(t, [app('self.mjs'), '-w', '2', '--', 'one', '-two'], { env })
    assert.equal(stage.port, port)
    const facts = { TIAMAT: '1', IPEM: '1', hidden: [null, null], argv: ['one', '-two'] }
    assert.deepEqual(JSON.parse((await stage.get()).body), facts)
  })

  it('listens by itself, at the port that was asked for instead of its own', async (t) => {
    const stage = await ServeStage.serving(t, [app('self.mjs'), '-w', '2', '-p', '0'], { env: { OWN_PORT: '3000' } })
    assert.notEqual(stage.port, 3000)
    assert.equal((await stage.get()).status, 200)
  })

  it('is written in TypeScript, where this Node can run it', async (t) => {
    if (!('typescript' in process.features && process.features.typescript))
      return t.skip(`Node ${process.version} runs no TypeScript by itself`)
    const stage = await ServeStage.serving(t, [app('typed.mts'), '-p', '0', '-w', '1'])
    assert.equal((await stage.get()).body, 'typed')
  })

  it('talks to its siblings over the bus without any setting up', async (t) => {
    const stage = await ServeStage.serving(t, [app('bus.cjs'), '-p', '0', '-w', '3'])
    const siblings = JSON.parse((await stage.get()).body)
    assert.equal(siblings.length, 2)
    assert.ok(siblings.every((pid: number) => stage.workers().includes(pid)))
  })
})

describe('ipem serve ends with an error, and no process is left, when the app', { concurrency: 2 }, () => {
  const FAILURES: readonly [what: string, file: string, words: RegExp][] = [
    ['throws', 'broken.cjs', /Error: this app is broken\n\s+at .*broken\.cjs:1/],
    ['exits', 'exits.cjs', /cannot reach the database[\s\S]*exited with code 5 before it served/],
  ]
  for (const [what, file, words] of FAILURES) {
    it(what, async (t) => {
      const stage = new ServeStage(t, [app(file), '-p', '0', '-w', '2'])
      assert.equal(await stage.ended, 1)
      assert.match(stage.log, words)
    })
  }

  it('neither exports a server nor listens, as soon as the time is over', async (t) => {
    const file = path.join(folderOf(t), 'config.json')
    fs.writeFileSync(file, JSON.stringify({ workerApp: app('nothing.cjs'), bootTimeout: 0.5, workers: 1 }))
    const stage = new ServeStage(t, ['-c', file])
    assert.equal(await stage.ended, 1)
    assert.match(stage.log, /did not serve within 0\.5 s/)
  })

  it('asks for a port that is taken', async (t) => {
    const other = net.createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    t.after(() => other.close())
    const { port } = other.address() as net.AddressInfo
    const stage = new ServeStage(t, [app('pid.cjs'), '-p', String(port)])
    assert.equal(await stage.ended, 1)
    assert.match(stage.log, new RegExp(`Cannot listen at 127\\.0\\.0\\.1:${port}: EADDRINUSE`))
  })
})

describe('ipem serve listens', { concurrency: 2 }, () => {
  it('at a Unix socket with its mode, which is gone in the end', async (t) => {
    const folder = folderOf(t)
    const socketPath = path.join(folder, 'http')
    const config = { workerApp: app('pid.cjs'), workers: 2, listenSock: { path: socketPath, mode: '600' } }
    fs.writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config))
    const stage = await ServeStage.serving(t, ['-c', path.join(folder, 'config.json')])
    assert.equal(fs.statSync(socketPath).mode & 0o777, 0o600)
    const { body } = await request({ socketPath })
    assert.ok(stage.workers().includes(Number(body)))
    stage.kill('SIGTERM')
    assert.equal(await stage.ended, 0)
    assert.ok(!fs.existsSync(socketPath))
  })

  it('in the place of a stale socket, and not in that of a live one or of a file', async (t) => {
    const socketPath = path.join(folderOf(t), 'http')
    const first = await ServeStage.serving(t, [app('pid.cjs'), '--socket', socketPath, '-w', '1'])
    const second = new ServeStage(t, [app('pid.cjs'), '--socket', socketPath, '-w', '1'])
    assert.equal(await second.ended, 1)
    assert.match(second.log, /EADDRINUSE/)
    first.kill('SIGKILL')
    await first.ended
    const third = await ServeStage.serving(t, [app('pid.cjs'), '--socket', socketPath, '-w', '1'])
    assert.ok(third.workers().includes(Number((await request({ socketPath })).body)))
    third.kill('SIGTERM')
    await third.ended
    fs.writeFileSync(socketPath, 'precious')
    const fourth = new ServeStage(t, [app('pid.cjs'), '--socket', socketPath, '-w', '1'])
    assert.equal(await fourth.ended, 1)
    assert.equal(fs.readFileSync(socketPath, 'utf8'), 'precious')
  })

  it('at several places, a server that is exported once', async (t) => {
    const folder = folderOf(t)
    const socketPath = path.join(folder, 'http')
    const config = { workerApp: app('pid.cjs'), workers: 1, listeners: ['127.0.0.1:0', socketPath, '[::1]:0'] }
    fs.writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config))
    const stage = await ServeStage.serving(t, ['-c', path.join(folder, 'config.json')])
    const ports = [...stage.log.matchAll(/(127\.0\.0\.1|\[::1\]):(\d+)/g)].map(([, host, port]) => ({
      host: host?.replace(/[[\]]/g, ''),
      port,
    }))
    assert.equal(ports.length, 2)
    for (const place of [...ports, { socketPath }]) {
      assert.equal((await request(place)).body, String(stage.workers()[0]))
    }
  })
})
