import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import cluster from 'node:cluster'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import path from 'node:path'
import { after, afterEach, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Child } from '../../src/supervise/child.js'
import type { ChildSpec } from '../../src/supervise/child-spec.js'
import { spawnFork } from '../../src/supervise/spawn-fork.js'
import { spawnWorker } from '../../src/supervise/spawn-worker.js'
import { Supervisor } from '../../src/supervise/supervisor.js'

const DEADLINE_MS = 10_000
const SOURCES = new URL('../../src/supervise/', import.meta.url).href
const fixture = (name: string) => path.resolve('test', 'fixtures', `supervise-${name}.js`)

/** Collects what a stream says, and waits for it. */
class Reader {
  text = ''
  readonly #stream: NodeJS.ReadableStream

  constructor(stream: NodeJS.ReadableStream) {
    this.#stream = stream
    stream.on('data', (data) => {
      this.text += data
    })
  }

  async until(pattern: RegExp): Promise<RegExpExecArray> {
    const signal = AbortSignal.timeout(DEADLINE_MS)
    for (;;) {
      const match = pattern.exec(this.text)
      if (match) return match
      await once(this.#stream, 'data', { signal }).catch(() => {
        throw new Error(`No ${pattern} in ${JSON.stringify(this.text)}`)
      })
    }
  }
}

const linkOf = ({ socket }: { socket: Socket | null }): Socket => {
  assert.ok(socket)
  return socket
}

const exitOf = async (child: ChildProcess) => {
  const [code, signal] = await once(child, 'exit', { signal: AbortSignal.timeout(DEADLINE_MS) })
  return { code, signal }
}

async function echo(link: Socket) {
  const reader = new Reader(link)
  const [, facts = ''] = await reader.until(/^(.*)\n/)
  link.write('hello')
  await reader.until(/HELLO$/)
  return JSON.parse(facts)
}

describe('a forked child', () => {
  it('has a private link, in both directions', async () => {
    const spawned = spawnFork(fixture('echo'), ['x'], { env: { ...process.env, COLOR: 'red' }, cwd: '/' })
    const exited = exitOf(spawned.process)
    const facts = await echo(linkOf(spawned))
    assert.deepEqual(facts, { parent: process.pid, args: ['x'], cwd: '/', color: 'red' })
    linkOf(spawned).end()
    assert.deepEqual(await exited, { code: 0, signal: null })
  })

  it('keeps stdio and messages of the user', async () => {
    const spawned = spawnFork(pathToFileURL(fixture('echo')), [], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    })
    await echo(linkOf(spawned))
    assert.ok(spawned.process.stdout)
    spawned.process.send({ big: 1n })
    const [message] = await once(spawned.process, 'message', { signal: AbortSignal.timeout(DEADLINE_MS) })
    assert.deepEqual(message, { echo: { big: 1n } })
    linkOf(spawned).end()
    await exitOf(spawned.process)
  })

  it('does not hand its end of the link on to children of its own', async () => {
    const spawned = spawnFork(fixture('grandchild'), [], {})
    const link = linkOf(spawned)
    const [grandchild] = await new Reader(link).until(/^\d+/)
    try {
      const ended = once(link, 'end', { signal: AbortSignal.timeout(DEADLINE_MS) })
      link.write('die')
      await ended
      assert.equal(process.kill(Number(grandchild), 0), true, 'the grandchild lives')
    } finally {
      process.kill(Number(grandchild), 'SIGKILL')
    }
  })
})

describe('a cluster worker', () => {
  const settings = () => cluster.settings as Record<string, unknown>

  after(() => cluster.setupPrimary({ exec: process.argv[1] ?? '' }))

  it('has a private link, and leaves cluster.settings as they were', async () => {
    cluster.setupPrimary({ exec: fixture('echo'), args: ['mine'], silent: true })
    const before = { ...settings() }
    const spawned = spawnWorker({ env: { COLOR: 'blue' } })
    assert.deepEqual(settings(), before)
    const { color, args, parent } = await echo(linkOf(spawned))
    assert.deepEqual({ color, args, parent }, { color: 'blue', args: ['mine'], parent: process.pid })
    assert.ok(spawned.worker?.process.stdout, 'silent is respected')
    linkOf(spawned).end()
    await exitOf(spawned.process)
  })

  it('gets arguments and stdio for this one fork', async () => {
    cluster.setupPrimary({
      exec: fixture('echo'),
      args: ['mine'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'],
    })
    const before = { ...settings() }
    const spawned = spawnWorker({ args: ['other'], execArgv: ['--no-warnings'] })
    assert.deepEqual(settings(), before)
    assert.equal(spawned.socket, spawned.process.stdio[5 as 4], 'behind the slots of the user')
    assert.deepEqual((await echo(linkOf(spawned))).args, ['other'])
    assert.ok(spawned.process.spawnargs.includes('--no-warnings'))
    linkOf(spawned).end()
    await exitOf(spawned.process)
    const plain = cluster.fork()
    assert.ok(!plain.process.spawnargs.includes('--no-warnings'))
    plain.process.kill('SIGKILL')
    await exitOf(plain.process)
  })

  it('cannot fork workers itself', async () => {
    cluster.setupPrimary({ exec: fixture('nested'), args: [SOURCES], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const spawned = spawnWorker({})
    const exited = exitOf(spawned.process)
    await new Reader(linkOf(spawned)).until(/^ERR_IPEM_NOT_PRIMARY$/)
    await exited
  })
})

describe('the supervisor', () => {
  const log: string[] = []
  const supervisors: Supervisor[] = []

  function supervise(changes: Partial<ChildSpec> & Pick<ChildSpec, 'spawn'>, mode: ChildSpec['restart']['mode']) {
    log.length = 0
    const supervisor = new Supervisor({
      onSpawn: (_child, process, link) => link.on('data', () => link.emit('up', process)),
      onExit: (_child, code, signal) => log.push(`exit ${code ?? signal}`),
      onOffline: (_child, pid, { code, signal }) => log.push(`offline ${pid} ${code ?? signal}`),
      onSpawnError: (_child, { code, cause }, retry) =>
        log.push(`${code} ${(cause as Error & { code: string }).code} ${retry}`),
      onGaveUp: (_child, { code }) => log.push(code),
      onSize: (size) => log.push(`size ${size}`),
    })
    supervisors.push(supervisor)
    const restart = { mode, delayMs: 0, maxDelayMs: 1000, healthyAfterMs: 1000 }
    return { supervisor, child: supervisor.start({ restart, stopTimeoutMs: 2000, ...changes }) }
  }

  const sleeper = () => spawnFork(fixture('sleeper'), ['a'], { stdio: 'ignore' })
  const nextProcess = async (child: Child, previous: ChildProcess) => {
    const signal = AbortSignal.timeout(DEADLINE_MS)
    while (child.process === previous) await new Promise((resolve) => setImmediate(resolve, signal.throwIfAborted()))
    return child.process
  }

  afterEach(async () => {
    await Promise.all(supervisors.splice(0).map((supervisor) => supervisor.close()))
  })

  it('restarts a killed child with a new link', async () => {
    const { supervisor, child } = supervise({ spawn: sleeper }, 'permanent')
    const first = child.process
    assert.equal(supervisor.find(first.pid ?? 0), child)
    first.kill('SIGKILL')
    const second = await nextProcess(child, first)
    assert.notEqual(second.pid, first.pid)
    const link = second.stdio[4] as Socket
    await once(link, 'up', { signal: AbortSignal.timeout(DEADLINE_MS) })
    assert.deepEqual(await child.stop(), { code: null, signal: 'SIGTERM' })
    assert.deepEqual(log, ['size 1', 'exit SIGKILL', 'exit SIGTERM', 'size 0'])
  })

  it('reports a script that does not exist once, as the cause', async () => {
    const spawn = () => spawnFork('./none.js', [], { stdio: 'ignore' })
    const { child } = supervise({ spawn }, 'permanent')
    await assert.rejects(child.online, (error: Error & { cause: { code: string } }) => {
      assert.deepEqual(
        { ...error, cause: error.cause.code },
        {
          name: 'IpemError',
          code: 'ERR_IPEM_CHILD_EXITED',
          exitCode: 1,
          signal: null,
          cause: 'MODULE_NOT_FOUND',
        },
      )
      return true
    })
    assert.deepEqual(log, ['size 1', 'exit 1', 'ERR_IPEM_SPAWN MODULE_NOT_FOUND false', 'size 0'])
  })

  for (const wrong of [{ cwd: '/nonexistent' }, { execPath: '/nonexistent' }]) {
    it(`reports a wrong ${Object.keys(wrong)} once, as the cause`, async () => {
      const { child } = supervise({ spawn: () => spawnFork(fixture('echo'), [], wrong) }, 'permanent')
      const stopped = child.stop()
      await assert.rejects(child.online, { code: 'ERR_IPEM_CHILD_EXITED', exitCode: null })
      assert.deepEqual(await stopped, { code: null, signal: null })
      assert.deepEqual(log, ['size 1', 'ERR_IPEM_SPAWN ENOENT false', 'size 0'])
    })
  }

  it('reports a wrong cwd of a cluster worker, too', async () => {
    cluster.setupPrimary({ exec: fixture('echo'), cwd: '/nonexistent' } as object)
    const { child } = supervise({ spawn: () => spawnWorker({}) }, 'permanent')
    cluster.setupPrimary({ cwd: undefined } as object)
    await assert.rejects(child.online, { code: 'ERR_IPEM_CHILD_EXITED', exitCode: null })
    assert.deepEqual(log, ['size 1', 'ERR_IPEM_SPAWN ENOENT false', 'size 0'])
  })

  it('restarts a crashed worker, but not one that disconnected', async () => {
    cluster.setupPrimary({ exec: fixture('sleeper'), args: ['a'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const { child, supervisor } = supervise({ spawn: () => spawnWorker({}) }, 'permanent')
    const first = child.process
    const { worker } = child
    first.kill('SIGKILL')
    const second = await nextProcess(child, first)
    assert.notEqual(child.worker, worker)
    await once(second.stdio[4] as Socket, 'up', { signal: AbortSignal.timeout(DEADLINE_MS) })
    const exited = exitOf(second)
    child.worker?.disconnect()
    second.stdio[4]?.destroy()
    await exited
    assert.equal(supervisor.size, 0)
    assert.deepEqual(log, ['size 1', 'exit SIGKILL', 'exit 0', 'size 0'])
  })

  it('stops a child whose signal is aborted', async () => {
    const controller = new AbortController()
    const { child } = supervise({ spawn: sleeper, signal: controller.signal }, 'permanent')
    const exited = exitOf(child.process)
    controller.abort()
    assert.deepEqual(await exited, { code: null, signal: 'SIGTERM' })
    assert.deepEqual(await child.stop(), { code: null, signal: 'SIGTERM' })
  })
})

describe('a process with children', () => {
  const parents: ChildProcess[] = []

  /** In a process group of its own, as a terminal would start it. */
  async function startParent(graceMs: number, ...modes: string[]) {
    const args = [fixture('parent'), SOURCES, String(graceMs), ...modes]
    const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
    parents.push(parent)
    const output = new Reader(parent.stdout)
    for (const name of 'abc') await output.until(new RegExp(`^${name} up$`, 'm'))
    output.text = ''
    return { parent, output, exited: exitOf(parent), closed: once(parent, 'close') }
  }

  after(() => {
    for (const parent of parents) parent.kill('SIGKILL')
  })

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`stops them in reverse order at ${signal} and dies of it`, async () => {
      const { parent, output, exited, closed } = await startParent(10_000)
      parent.kill(signal)
      assert.deepEqual(await exited, { code: null, signal })
      await closed
      assert.equal(output.text, 'c SIGTERM\nb SIGTERM\na SIGTERM\n')
    })
  }

  it('shows the shell 128 + the number of the signal', async () => {
    const args = [fixture('parent'), SOURCES, '10000']
    const command = '"$@" & echo pid $!; wait $!; echo $?'
    const shell = spawn('sh', ['-c', command, 'sh', process.execPath, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    parents.push(shell)
    const output = new Reader(shell.stdout)
    const [, pid] = await output.until(/^pid (\d+)$/m)
    for (const name of 'abc') await output.until(new RegExp(`^${name} up$`, 'm'))
    process.kill(Number(pid), 'SIGTERM')
    await output.until(/^143$/m)
  })

  it('kills those that do not heed SIGTERM after the grace', async () => {
    const { parent, output, exited, closed } = await startParent(50, 'stubborn')
    parent.kill('SIGTERM')
    assert.deepEqual(await exited, { code: null, signal: 'SIGTERM' })
    await closed
    assert.deepEqual(output.text.match(/. SIGKILL/g), ['c SIGKILL', 'b SIGKILL', 'a SIGKILL'])
  })

  it('kills them at a second signal, without more grace', async () => {
    const { parent, output, exited } = await startParent(60_000, 'stubborn')
    parent.kill('SIGTERM')
    await output.until(/^c SIGTERM$/m)
    const again = setInterval(() => parent.kill('SIGTERM'), 50)
    assert.deepEqual(await exited, { code: null, signal: 'SIGTERM' })
    clearInterval(again)
  })

  it('stops them in order also at a Ctrl-C, which all of the group get', async () => {
    const { parent, output, exited, closed } = await startParent(10_000)
    process.kill(-(parent.pid ?? 0), 'SIGINT')
    assert.deepEqual(await exited, { code: null, signal: 'SIGINT' })
    await closed
    assert.deepEqual(output.text.match(/. SIGTERM/g), ['c SIGTERM', 'b SIGTERM', 'a SIGTERM'])
  })

  it('ends by itself when they are unref’d', async () => {
    const args = [fixture('parent'), SOURCES, '1000', 'unref']
    const parent = spawn(process.execPath, args, { stdio: 'ignore' })
    parents.push(parent)
    assert.deepEqual(await exitOf(parent), { code: 0, signal: null })
  })
})
