// Programs as a stranger writes them who has read the README and the page on the API, and nothing else.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, it, type TestContext } from 'node:test'
import { createIpem } from '../../src/index.js'
import { COOKIE, until } from './puppets.js'
import { DEADLINE_MS, fixture, folderFor, isAlive, startIpem } from './stage.js'

class Program {
  readonly process: ChildProcess
  output = ''
  errors = ''

  constructor(t: TestContext, file: string, ...args: string[]) {
    this.process = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
    this.process.stdout?.on('data', (data) => {
      this.output += data
    })
    this.process.stderr?.on('data', (data) => {
      this.errors += data
    })
    t.after(() => this.process.kill('SIGKILL'))
  }

  get lines(): string[] {
    return this.output.split('\n').slice(0, -1)
  }

  says(line: string): Promise<void> {
    return until(`"${line}"`, () => this.lines.includes(line)).catch((error) => {
      throw new Error(`${error.message}. It said: ${this.output} ${this.errors}`)
    })
  }

  async exit(): Promise<unknown[]> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      await once(this.process, 'exit', { signal: AbortSignal.timeout(DEADLINE_MS) }).catch(() => {
        throw new Error(`It does not exit. It said: ${this.output} ${this.errors}`)
      })
    }
    return [this.process.exitCode, this.process.signalCode]
  }
}

describe('a stranger', { concurrency: 2 }, () => {
  it('shares jobs between children, in CommonJS', async (t) => {
    const program = new Program(t, fixture('usage-pool').replace(/js$/, 'cjs'), 'top')
    assert.deepEqual(await program.exit(), [0, null])
    const squares = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [i + 1, (i + 1) ** 2]))
    assert.deepEqual(JSON.parse(program.output), squares)
  })

  it('asks the parent for the configuration before anything else, and follows its changes', async (t) => {
    const ipem = await startIpem(t)
    const configured: unknown[] = []
    ipem.handle('config', () => ({ colour: 'red', size: 1 }))
    ipem.on('configured', function (config) {
      configured.push([this.from, config])
    })
    const child = ipem.fork(fixture('usage-config'), { restart: false })
    await until('the first', () => configured.length === 1)
    ipem.sendToChilds('config', { size: 2 })
    await until('the second', () => configured.length === 2)
    assert.deepEqual(configured, [
      [child.pid, { colour: 'red', size: 1 }],
      [child.pid, { colour: 'red', size: 2 }],
    ])
  })

  it('keeps caches of siblings right', async (t) => {
    const ipem = await startIpem(t)
    const store = new Map([['price', 1]])
    let loads = 0
    ipem.handle('load', (key) => {
      loads++
      return store.get(key)
    })
    ipem.handle('store', (key, value) => void store.set(key, value))
    const caches = [1, 2, 3].map(() => ipem.fork(fixture('usage-cache'), { restart: false }))
    const pids = await Promise.all(caches.map(({ online }) => online))
    const get = () => Promise.all(pids.map((pid) => ipem.request<number>(pid, 'get', 'price')))
    assert.deepEqual(await get(), [1, 1, 1])
    assert.deepEqual(await get(), [1, 1, 1])
    assert.equal(loads, 3)
    await ipem.request(pids[0] as string, 'put', 'price', 2)
    // The news travelled before the answer, and the next question stands behind it.
    assert.deepEqual(await get(), [2, 2, 2])
    assert.equal(loads, 5)
  })

  it('lets processes that nobody forked meet, also after the first of them has left', async (t) => {
    const socket = { socketPath: `${folderFor(t)}/chat`, cookie: COOKIE, delayReconnect: 50 }
    const join = (name: string) => new Program(t, fixture('usage-chat'), name, JSON.stringify({ socket }))
    const anna = join('anna')
    await anna.says('first')
    const [ben, cleo] = [join('ben'), join('cleo')]
    await Promise.all([ben.says('joined'), cleo.says('joined')])
    // Whoever has joined is heard of a moment later, so somebody who must be heard says it again.
    const heard = async (by: Program[], text: string) => {
      const everybody = () => by.every((program) => program.lines.includes(`ben: ${text}`))
      await until(`all to hear "${text}"`, () => {
        if (everybody()) return true
        ben.process.stdin?.write(`${text}\n`)
        return false
      })
    }
    await heard([anna, cleo], 'hello')
    anna.process.stdin?.end()
    assert.deepEqual(await anna.exit(), [0, null])
    await heard([cleo], 'still there?')
    assert.deepEqual(
      ben.lines.filter((text) => text.includes('ERR_')),
      [],
    )
    for (const program of [ben, cleo]) program.process.stdin?.end()
    assert.deepEqual(
      [await ben.exit(), await cleo.exit()],
      [
        [0, null],
        [0, null],
      ],
    )
    assert.equal(anna.errors + ben.errors + cleo.errors, '')
  })

  it('serves from a cluster that counts together, survives a crash and stops when told', async (t) => {
    const program = new Program(t, fixture('usage-worker'))
    await until('a port of each worker', () => program.lines.length === 2)
    const ports = program.lines.map(Number)
    const ask = async (path: string, port = ports[0]) => (await fetch(`http://127.0.0.1:${port}/${path}`)).json()
    assert.equal(await ask('hits'), 1)
    assert.equal(await ask('hits', ports[1]), 2)
    await assert.rejects(ask('crash', ports[1]))
    await until('the port of the next worker', () => program.lines.length === 3)
    const restarted = Number(program.lines[2])
    assert.equal(await ask('hits', restarted), 4)
    assert.deepEqual(((await ask('restarts')) as number[]).sort(), [0, 1])
    program.process.kill('SIGTERM')
    assert.deepEqual(await program.exit(), [0, null])
    await assert.rejects(ask('hits'))
  })

  it('closes at the end of a block', async () => {
    let osPid: number | undefined
    {
      await using ipem = createIpem<{ up: [name: string] }>().options({ useSocket: false })
      const up: string[] = []
      ipem.on('up', (name) => up.push(name)).start()
      const child = ipem.fork(fixture('puppet'), [], { restart: false })
      await child.online
      osPid = child.osPid
      await ipem.request(child.pid as string, 'call', 'sendToParents', 'up', 'child')
      assert.deepEqual(up, ['child'])
      for await (const { pid, value, error } of ipem.requestAll<string>('childs', 'get', 'pid')) {
        assert.equal(error, undefined)
        assert.equal(value, pid)
      }
      assert.equal(ipem.tree().children.length, 1)
    }
    assert.ok(osPid)
    assert.equal(isAlive(osPid), false)
  })
})
