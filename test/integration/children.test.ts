import assert from 'node:assert/strict'
import cluster from 'node:cluster'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Child, ForkOptions, OfflineInfo } from '../../src/index.js'
import { puppet, until } from './puppets.js'
import { type AnyIpem, errorsOf, fixture, folderFor, isAlive, offlinesOf, startIpem } from './stage.js'

const facts = fixture('children-facts')
const plain = fixture('children-plain')

/** Most of the time is spent waiting for others. */
const together = { concurrency: 4 }

interface Facts {
  args: string[]
  argv0: string
  execArgv: string[]
  cwd: string
  color?: string
  home?: string
  link?: string
}

const within = { signal: AbortSignal.timeout(60_000) }

async function factsOf(ipem: AnyIpem, child: Child): Promise<Facts> {
  return ipem.request<Facts>(await child.online, 'facts')
}

/** What a child does from now on, in one list. */
function story(child: Child): string[] {
  const events: string[] = []
  const nameOf = (pid: string) => (pid === child.pid ? 'self' : pid)
  child.on('online', (pid) => void events.push(`online ${nameOf(pid)}`))
  child.on('exit', (code, signal) => void events.push(`exit ${code ?? signal}`))
  child.on('offline', (_pid, { code, signal }) => void events.push(`offline ${code ?? signal}`))
  return events
}

/** Waits for a process of the child that is online and not the one with this OS pid. */
async function another(child: Child, osPid: number | undefined): Promise<string> {
  await until('the next process of the child', () => child.connected && child.osPid !== osPid)
  return child.online
}

describe('fork()', together, () => {
  it('passes arguments, cwd, environment and execArgv on, and hides its own variable', async (t) => {
    const ipem = await startIpem(t)
    const cwd = fs.realpathSync(folderFor(t))
    const env = { COLOR: 'red', PATH: process.env.PATH }
    const child = ipem.fork(facts, ['a', 'b c'], { cwd, env, execArgv: ['--no-warnings'] })
    const { argv0, ...got } = await factsOf(ipem, child)
    const args = ['a', 'b c']
    assert.ok(argv0)
    assert.deepEqual(got, { args, execArgv: ['--no-warnings'], cwd, color: 'red', home: undefined, link: undefined })
  })

  it('takes options without arguments, and a file URL', async (t) => {
    const ipem = await startIpem(t)
    const child = ipem.fork(pathToFileURL(facts), { env: { ...process.env, COLOR: 'blue' } })
    const { args, color } = await factsOf(ipem, child)
    assert.deepEqual([args, color], [[], 'blue'])
  })

  it('runs another program where execPath says so', async (t) => {
    const ipem = await startIpem(t)
    const execPath = path.join(folderFor(t), 'my-node')
    fs.symlinkSync(process.execPath, execPath)
    const child = ipem.fork(facts, [], { execPath })
    assert.equal((await factsOf(ipem, child)).argv0, execPath)
    assert.equal(child.process.spawnfile, execPath)
  })

  for (const [name, stdio] of Object.entries<ForkOptions['stdio']>({
    "'pipe'": 'pipe',
    'an array': ['ignore', 'pipe', 'ignore'],
    'an array with more slots': ['ignore', 'pipe', 'inherit', 'pipe', 'ipc', 'pipe'],
  })) {
    it(`gives readable output with stdio ${name}, beside its link`, async (t) => {
      const ipem = await startIpem(t)
      const child = ipem.fork(facts, ['aloud'], { stdio })
      let text = ''
      child.process.stdout?.on('data', (data) => {
        text += data
      })
      assert.equal((await factsOf(ipem, child)).link, undefined)
      await until('the output', () => text === 'aloud\n')
    })
  }

  for (const serialization of ['json', 'advanced'] as const) {
    it(`leaves process.send to the user, serialization ${serialization}`, async (t) => {
      const ipem = await startIpem(t)
      const child = ipem.fork(facts, [], { serialization })
      const messages: unknown[] = []
      child.process.on('message', (message) => void messages.push(message))
      // Before the child has a listener, or is online.
      child.process.send({ n: 1 })
      await child.online
      const last = serialization === 'json' ? { n: 2 } : { n: 2n, map: new Map([[1, 2]]) }
      child.process.send(last)
      await until('two answers', () => messages.length === 2)
      assert.deepEqual(messages, [{ echo: { n: 1 } }, { echo: last }])
    })
  }

  it('keeps its link when the user closes the channel', async (t) => {
    const ipem = await startIpem(t)
    const child = ipem.fork(facts)
    const pid = await child.online
    child.process.disconnect()
    while (await ipem.request<boolean>(pid, 'connected'));
    assert.deepEqual([child.connected, ipem.childsOnline], [true, 1])
  })

  it('stops the child when its signal is aborted', async (t) => {
    const ipem = await startIpem(t)
    const controller = new AbortController()
    const child = ipem.fork(facts, [], { signal: controller.signal, restart: true })
    const events = story(child)
    await child.online
    controller.abort()
    await until('the end', () => events.includes('offline SIGTERM'))
    assert.deepEqual(events, ['online self', 'exit SIGTERM', 'offline SIGTERM'])
    assert.throws(() => ipem.fork(facts, [], { signal: controller.signal }), { code: 'ERR_IPEM_ABORTED' })
  })

  it('runs a script that never loads ipem', async (t) => {
    const ipem = await startIpem(t)
    const errors = errorsOf(ipem)
    const child = ipem.fork(plain, [], { stdio: 'pipe' })
    await once(child.process.stdout as NodeJS.ReadableStream, 'data', within)
    assert.equal(child.connected, false)
    assert.equal(child.pid, null)
    assert.equal(ipem.childsOnline, 0)
    ipem.broadcast('ev')
    assert.deepEqual(await child.stop(), { code: null, signal: 'SIGTERM' })
    await assert.rejects(child.online, { code: 'ERR_IPEM_CHILD_EXITED', signal: 'SIGTERM' })
    assert.deepEqual(errors, [])
  })

  for (const [what, given] of Object.entries<[string, ForkOptions]>({
    'a script': ['./none-such.js', {}],
    'a cwd': [facts, { cwd: '/none/such' }],
    'an execPath': [facts, { execPath: '/none/such' }],
  })) {
    it(`tells once of ${what} that does not exist, and does not try again`, async (t) => {
      const ipem = await startIpem(t)
      const errors = errorsOf(ipem)
      const child = ipem.fork(given[0], [], { ...given[1], stdio: 'ignore', restart: true, delayRestart: 0 })
      await assert.rejects(child.online, { code: 'ERR_IPEM_CHILD_EXITED' })
      await until('the error', () => errors.length > 0)
      assert.deepEqual([errors.map(({ code }) => code), child.restarts], [['ERR_IPEM_SPAWN'], 0])
      assert.match(errors[0]?.message ?? '', /could not be started: .*(none|ENOENT)/)
    })
  }

  it('can be called between start() and ready', async (t) => {
    const ipem = await startIpem(t, { socket: { socketPath: path.join(folderFor(t), 'bus') }, useSocket: true })
    assert.match(await ipem.fork(facts).online, /^\d+-\w{10}$/)
  })
})

describe('worker()', () => {
  const options = { restart: false } as const

  it('passes arguments, environment and execArgv on, and leaves cluster.settings as they were', async (t) => {
    const ipem = await startIpem(t, options)
    cluster.setupPrimary({ exec: facts, args: ['mine'] })
    const before = { ...(cluster.settings as object) }
    const child = ipem.worker({ args: ['x'], env: { COLOR: 'green' }, execArgv: ['--no-warnings'] })
    assert.deepEqual({ ...(cluster.settings as object) }, before)
    const got = await factsOf(ipem, child)
    assert.deepEqual([got.args, got.color, got.execArgv], [['x'], 'green', ['--no-warnings']])
    assert.equal(got.home, process.env.HOME, 'the environment is added to')
    assert.deepEqual((await factsOf(ipem, ipem.worker())).args, ['mine'])
  })

  it('is a worker in the tree, a forked child is a fork', async (t) => {
    const ipem = await startIpem(t, options)
    cluster.setupPrimary({ exec: facts, args: [] })
    const worker = await ipem.worker().online
    const fork = await ipem.fork(facts).online
    assert.deepEqual(
      ipem.tree().children.map(({ pid, role }) => [pid, role]),
      [
        [worker, 'worker'],
        [fork, 'fork'],
      ],
    )
    assert.deepEqual(await ipem.request(worker, 'roles'), [false, true, false])
    assert.deepEqual(await ipem.request(fork, 'roles'), [true, false, false])
  })
})

describe('restarts', together, () => {
  const soon = { delayRestart: 0 }

  it('of a permanent child come after every end, exit code 0 included', async (t) => {
    const ipem = await startIpem(t, soon)
    const child = ipem.fork(facts)
    const seen = new Set([await child.online])
    for (const [restarts, code] of [0, 3].entries()) {
      const { osPid, online } = child
      ipem.sendToChild(await online, 'leave', code)
      seen.add(await another(child, osPid))
      assert.equal(child.restarts, restarts + 1)
    }
    const { osPid } = child
    process.kill(osPid as number, 'SIGKILL')
    seen.add(await another(child, osPid))
    assert.equal(seen.size, 4, 'each process has a pid of its own')
    assert.equal(ipem.childsOnline, 1)
    assert.deepEqual(
      ipem.tree().children.map(({ pid, osPid }) => [pid, osPid]),
      [[child.pid, child.osPid]],
    )
  })

  it('bring a new promise of being online', async (t) => {
    const ipem = await startIpem(t, soon)
    const child = ipem.fork(facts)
    const first = child.online
    const pid = await first
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    ipem.sendToChild(pid, 'leave', 1)
    await ended
    assert.notEqual(child.online, first)
    assert.deepEqual([child.pid, child.osPid, child.connected], [null, undefined, false])
    assert.notEqual(await child.online, pid)
  })

  const rows: [restart: ForkOptions['restart'], code: number, restarted: boolean][] = [
    ['permanent', 0, true],
    [true, 0, true],
    ['transient', 0, false],
    ['transient', 1, true],
    ['temporary', 1, false],
    [false, 1, false],
  ]
  for (const [restart, code, restarted] of rows) {
    it(`${restarted ? 'follow' : 'do not follow'} exit code ${code} with restart: ${restart}`, async (t) => {
      const ipem = await startIpem(t, { ...soon, restart: restarted ? 'temporary' : 'permanent' })
      const child = ipem.fork(facts, [], { restart: restart as boolean })
      const { osPid } = child
      ipem.sendToChild(await child.online, 'leave', code)
      if (restarted) {
        await another(child, osPid)
      } else {
        await until('the end', () => child.osPid === undefined)
        await assert.rejects(child.online, { code: 'ERR_IPEM_CHILD_EXITED', exitCode: code })
      }
      assert.equal(child.restarts, restarted ? 1 : 0)
    })
  }

  it('wait for delayRestart, each child for its own', async (t) => {
    const ipem = await startIpem(t, { delayRestart: 60_000 })
    const slow = ipem.fork(facts)
    const quick = ipem.fork(facts, [], { delayRestart: 300 })
    await Promise.all([slow.online, quick.online])
    const { osPid } = quick
    let endedAt = Number.POSITIVE_INFINITY
    quick.once('exit', () => {
      endedAt = performance.now()
    })
    ipem.sendToChilds('leave', 1)
    await until('the restart', () => quick.osPid !== undefined && quick.osPid !== osPid)
    assert.ok(performance.now() - endedAt >= 290, 'not before its time')
    await until('the end of the other', () => slow.osPid === undefined)
    assert.equal(slow.restarts, 0)
  })

  it('that are pending end with stop()', async (t) => {
    const ipem = await startIpem(t, { delayRestart: 200 })
    const child = ipem.fork(facts)
    const pid = await child.online
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    ipem.sendToChild(pid, 'leave', 7)
    await ended
    assert.deepEqual(await child.stop(), { code: 7, signal: null })
    await assert.rejects(child.online, { code: 'ERR_IPEM_CHILD_EXITED' })
    await new Promise((resolve) => setTimeout(resolve, 400))
    assert.deepEqual([child.restarts, child.osPid], [0, undefined])
  })

  it('end with ERR_IPEM_GAVE_UP where intensity says so', async (t) => {
    const ipem = await startIpem(t)
    const errors = errorsOf(ipem)
    const intensity = { restarts: 2, periodMs: 60_000 }
    const child = ipem.fork(plain, ['5'], { ...soon, intensity, stdio: 'ignore' })
    await until('the error', () => errors.length > 0)
    assert.deepEqual(
      errors.map(({ code, restarts, exitCode }) => [code, restarts, exitCode]),
      [['ERR_IPEM_GAVE_UP', 2, 5]],
    )
    await assert.rejects(child.online, { code: 'ERR_IPEM_CHILD_EXITED', exitCode: 5 })
    assert.equal(child.restarts, 2)
  })

  it('do not follow stop()', async (t) => {
    const ipem = await startIpem(t, soon)
    const child = ipem.fork(facts)
    const events = story(child)
    await child.online
    const stopped = { code: null, signal: 'SIGTERM' }
    assert.deepEqual(await Promise.all([child.stop(), child.stop()]), [stopped, stopped])
    assert.deepEqual(await child.stop(), stopped)
    await until('offline', () => events.length === 3)
    assert.deepEqual(events, ['online self', 'exit SIGTERM', 'offline SIGTERM'])
  })

  it('do not follow the disconnect of a worker', async (t) => {
    const ipem = await startIpem(t, soon)
    cluster.setupPrimary({ exec: puppet, args: [] })
    const child = ipem.worker({ env: { PUPPET: '{"useSocket":false}' } })
    await child.online
    child.worker?.disconnect()
    await until('the end', () => child.osPid === undefined)
    await assert.rejects(child.online, { code: 'ERR_IPEM_CHILD_EXITED', exitCode: 0 })
    assert.equal(child.restarts, 0)
  })
})

describe('close()', together, () => {
  it('stops the children in reverse order and starts no more', async (t) => {
    const ipem = await startIpem(t, { delayRestart: 0 })
    const order: number[] = []
    const children = [0, 1, 2].map((index) => {
      const child = ipem.fork(facts)
      child.on('exit', () => void order.push(index))
      return child
    })
    await Promise.all(children.map(({ online }) => online))
    await ipem.close()
    assert.deepEqual(order, [2, 1, 0])
    assert.throws(() => ipem.fork(facts), { code: 'ERR_IPEM_CLOSED' })
  })

  it('right after fork() leaves nobody behind', async (t) => {
    const ipem = await startIpem(t)
    const child = ipem.fork(facts)
    const osPid = child.osPid as number
    await ipem.close()
    assert.equal(isAlive(osPid), false)
    await assert.rejects(child.online, { code: 'ERR_IPEM_CHILD_EXITED' })
  })
})

describe('offline', together, () => {
  const how: Record<string, [end: (ipem: AnyIpem, child: Child) => void, info: OfflineInfo]> = {
    'an exit code': [
      (ipem, child) => ipem.sendToChild(child.pid as string, 'leave', 3),
      { code: 3, signal: null, reason: 'exit' },
    ],
    SIGKILL: [
      (_, child) => process.kill(child.osPid as number, 'SIGKILL'),
      { code: null, signal: 'SIGKILL', reason: 'exit' },
    ],
    'stop()': [(_, child) => void child.stop(), { code: null, signal: 'SIGTERM', reason: 'exit' }],
  }
  for (const [what, [end, info]] of Object.entries(how)) {
    it(`tells code, signal and reason after ${what}`, async (t) => {
      const ipem = await startIpem(t, { restart: false })
      const offlines = offlinesOf(ipem)
      const child = ipem.fork(facts)
      const pid = await child.online
      end(ipem, child)
      await until('offline', () => offlines.length > 0)
      assert.deepEqual(offlines, [[pid, info]])
      assert.equal(ipem.childsOnline, 0)
      assert.deepEqual(ipem.tree().children, [])
    })
  }

  it('tells that a child which lives on has closed its ipem', async (t) => {
    const ipem = await startIpem(t, { restart: false })
    const offlines = offlinesOf(ipem)
    const child = ipem.fork(facts)
    const pid = await child.online
    ipem.sendToChild(pid, 'close')
    await until('offline', () => offlines.length > 0)
    assert.deepEqual(offlines, [[pid, { code: null, signal: null, reason: 'closed' }]])
    assert.equal(isAlive(child.osPid as number), true)
  })

  it('of a killed process in the middle comes for everybody below it, deepest first', async (t) => {
    const ipem = await startIpem(t, { restart: false })
    const offlines = offlinesOf(ipem)
    const env = { ...process.env, PUPPET: '{"useSocket":false,"restart":false}' }
    const child = ipem.fork(puppet, [], { env })
    const middle = await child.online
    const below = await ipem.request<string>(middle, 'fork', puppet, [])
    const deepest = await ipem.request<string>(below, 'fork', puppet, [])
    await until('all in the tree', () => ipem.tree().children[0]?.children[0]?.children.length === 1)
    process.kill(child.osPid as number, 'SIGKILL')
    await until('three times offline', () => offlines.length === 3)
    const lost = { code: null, signal: null, reason: 'parent' }
    const killed = { code: null, signal: 'SIGKILL', reason: 'exit' }
    assert.deepEqual(offlines, [
      [deepest, lost],
      [below, lost],
      [middle, killed],
    ])
    await until('the end of all', () => [middle, below, deepest].every((pid) => !isAlive(Number.parseInt(pid, 10))))
  })
})
