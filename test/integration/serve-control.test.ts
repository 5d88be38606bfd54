import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { app, folderOf, isGone, ServeStage } from '../serve/stage.js'
import { until } from './puppets.js'

const PID_APP = app('pid.cjs')

const SLOW = `module.exports = (_, response) => {
  console.error('asked')
  setTimeout(() => response.end('late'), 3000)
}`

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Its servers see no others, and are seen by none. */
class ControlStage {
  readonly folder: string
  readonly sockets: string
  readonly env: NodeJS.ProcessEnv
  readonly #t: TestContext

  constructor(t: TestContext) {
    this.#t = t
    this.folder = folderOf(t)
    this.sockets = path.join(this.folder, 'ipem-serve')
    this.env = { XDG_RUNTIME_DIR: this.folder, XDG_STATE_HOME: this.folder }
  }

  /** A server that listens for control. */
  async serving(args: readonly string[]): Promise<ServeStage> {
    const stage = await ServeStage.serving(this.#t, args, { env: this.env })
    await this.untilListening(stage.pid)
    return stage
  }

  async untilListening(pid: number): Promise<void> {
    await until(`the socket of ${pid}`, () => fs.existsSync(path.join(this.sockets, String(pid))))
  }

  async run(...args: string[]): Promise<Ran> {
    const child = spawn(process.execPath, [path.resolve('dist/cli.js'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.env },
    })
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      err += chunk
    })
    const [code] = await once(child, 'close')
    return { code, out, err }
  }

  async list(): Promise<Record<string, unknown>[]> {
    const { code, out, err } = await this.run('ps', '--json')
    assert.equal(code, 0, err)
    return JSON.parse(out)
  }
}

describe('control of a running server', { concurrency: 3 }, () => {
  it('ps without any server says so and is content', async (t) => {
    const control = new ControlStage(t)
    assert.deepEqual(await control.run('ps'), { code: 0, out: 'No server runs.\n', err: '' })
    assert.deepEqual(await control.list(), [])
    const { code, err } = await control.run('reload')
    assert.deepEqual([code, err], [2, 'ipem reload: No server runs\n'])
  })

  it('ps shows the server and its workers', async (t) => {
    const control = new ControlStage(t)
    const stage = await control.serving([PID_APP, '-p', '0', '-w', '2'])
    const [server, ...others] = await control.list()
    const { uptimeS, workers, version, ...facts } = server as Record<string, unknown>
    assert.deepEqual(others, [])
    assert.deepEqual(facts, {
      answers: true,
      pid: stage.pid,
      state: 'running',
      old: false,
      addresses: [`127.0.0.1:${stage.port}`],
      app: PID_APP,
      generation: 0,
      wantedWorkers: 2,
    })
    assert.ok((uptimeS as number) > 0)
    assert.equal(version, JSON.parse(fs.readFileSync('package.json', 'utf8')).version)
    const rows = workers as { id: number; osPid: number; state: string; rssBytes: number }[]
    assert.deepEqual(rows.map(({ osPid }) => osPid).sort(), stage.workers().sort())
    assert.ok(rows.every(({ state, rssBytes }) => state === 'ready' && rssBytes > 2 ** 20))
    const { out } = await control.run('ps', '--pid', String(stage.pid))
    assert.match(out, /^PID .*\n\d+ +master, 2 of 2 +running .* 127\.0\.0\.1:\d+ .*pid\.cjs\n\d+ +worker 0 +ready/)
    assert.ok(!out.includes('\u001b'))
  })

  it('scale waits until the workers serve', async (t) => {
    const control = new ControlStage(t)
    const stage = await control.serving([PID_APP, '-p', '0', '-w', '1'])
    const { code, out } = await control.run('scale', '3')
    assert.deepEqual([code, out], [0, `Server ${stage.pid} has 3 workers.\n`])
    assert.equal(stage.workers().length, 3)
    assert.deepEqual(JSON.parse((await control.run('scale', '0', '--json')).out), {
      pid: stage.pid,
      done: 'scale',
      workers: 0,
    })
    assert.equal((await control.run('scale', '1025')).code, 1)
  })

  it('scale of an app that has been broken meanwhile says why', async (t) => {
    const control = new ControlStage(t)
    const file = path.join(control.folder, 'app.cjs')
    fs.writeFileSync(file, 'module.exports = (_, response) => response.end("old")')
    const stage = await control.serving([file, '-p', '0', '-w', '1'])
    fs.writeFileSync(file, 'throw new Error("broken meanwhile")')
    const { code, err } = await control.run('scale', '2')
    assert.equal(code, 1)
    assert.match(err, /^ipem scale: Worker 1 cannot start the app:\n.*broken meanwhile/s)
    assert.equal((await stage.get()).body, 'old')
  })

  it('reload waits until all workers have the new code, or says why they do not', async (t) => {
    const control = new ControlStage(t)
    const file = path.join(control.folder, 'app.cjs')
    const change = (to: string): void =>
      fs.writeFileSync(file, `module.exports = (_, response) => response.end(${JSON.stringify(to)})`)
    change('old')
    const stage = await control.serving([file, '-p', '0', '-w', '2'])
    change('new')
    assert.equal((await control.run('reload')).code, 0)
    assert.equal((await stage.get()).body, 'new')
    fs.writeFileSync(file, 'throw new Error("broken meanwhile")')
    const broken = await control.run('reload', '--json')
    assert.equal(broken.code, 1)
    const { level, code, msg } = JSON.parse(broken.err)
    assert.deepEqual([level, code], ['error', 'ERR_IPEM_APP'])
    assert.match(msg, /broken meanwhile/)
    assert.equal((await stage.get()).body, 'new')
  })

  for (const args of [[], ['--quick']]) {
    it(`stop ${args} waits until the process is gone, and its socket is too`, async (t) => {
      const control = new ControlStage(t)
      const pidfile = path.join(control.folder, 'pid')
      const stage = await control.serving([PID_APP, '-p', '0', '-w', '1', '--pidfile', pidfile])
      const { code, out, err } = await control.run('stop', ...args, '--pidfile', pidfile)
      assert.deepEqual([code, out, err], [0, `Server ${stage.pid} has ended.\n`, ''])
      assert.ok(isGone(stage.pid))
      assert.equal(await stage.ended, 0)
      assert.deepEqual(fs.readdirSync(control.sockets), [])
      assert.equal((await control.run('stop', '--pidfile', pidfile)).code, 2)
    })
  }

  it('stop that takes longer than it may is told so, and goes on', async (t) => {
    const control = new ControlStage(t)
    const file = path.join(control.folder, 'app.cjs')
    fs.writeFileSync(file, SLOW)
    const stage = await control.serving([file, '-p', '0', '-w', '1'])
    const answer = stage.get()
    await stage.untilLog('asked')
    const { code, err } = await control.run('stop', '--timeout', '0.5')
    assert.equal(code, 1)
    assert.match(err, /is still there after 0\.\d+ s/)
    assert.equal((await answer).body, 'late')
    assert.equal(await stage.ended, 0)
  })

  it('of two servers it asks which one', async (t) => {
    const control = new ControlStage(t)
    const one = await control.serving([PID_APP, '-p', '0', '-w', '1'])
    const two = await control.serving([app('run.cjs'), '-p', '0', '-w', '1'])
    const { code, err } = await control.run('reload')
    assert.equal(code, 2)
    assert.match(err, /^ipem reload: 2 servers run, say which by its pid:\n/)
    for (const { pid, port } of [one, two]) assert.match(err, new RegExp(`^ {2}${pid} {2}127.0.0.1:${port} `, 'm'))
    assert.equal((await control.run('reload', '--pid', String(two.pid))).code, 0)
    assert.deepEqual([one.count('Reloaded'), two.count('Reloaded')], [0, 1])
  })

  it('one that does not answer is listed as such, and one that was killed is not', async (t) => {
    const control = new ControlStage(t)
    const stopped = await control.serving([PID_APP, '-p', '0', '-w', '1'])
    const killed = await control.serving([PID_APP, '-p', '0', '-w', '1'])
    killed.kill('SIGKILL')
    await killed.ended
    stopped.kill('SIGSTOP')
    assert.equal(fs.readdirSync(control.sockets).length, 2)
    const [only, ...others] = await control.list()
    assert.deepEqual(others, [])
    assert.deepEqual([only?.pid, only?.answers], [stopped.pid, false])
    assert.deepEqual(fs.readdirSync(control.sockets), [String(stopped.pid)])
    stopped.kill('SIGCONT')
    await until('an answer', async () => (await control.list())[0]?.answers === true)
  })

  it('after USR2 both masters are listed', async (t) => {
    const control = new ControlStage(t)
    const stage = await control.serving([PID_APP, '-p', '0', '-w', '1'])
    stage.kill('SIGUSR2')
    await stage.untilLog('Serving at', 2)
    const successor = stage.also(Number(/Started a new master: (\d+)/.exec(stage.log)?.[1]))
    await control.untilListening(successor)
    const servers = await control.list()
    assert.deepEqual(
      servers.map(({ pid, old }) => [pid, old]).sort(),
      [
        [stage.pid, true],
        [successor, false],
      ].sort(),
    )
    assert.equal((await control.run('stop', '--pid', String(stage.pid))).code, 0)
    assert.equal((await control.list()).length, 1)
  })

  it('a folder that others may look into is refused, and serving goes on', async (t) => {
    const control = new ControlStage(t)
    fs.mkdirSync(control.sockets, { mode: 0o755 })
    const stage = await ServeStage.serving(t, [PID_APP, '-p', '0', '-w', '1'], { env: control.env })
    assert.equal((await stage.get()).status, 200)
    assert.match(stage.log, /\[warn\].*No control by commands, .* has mode 755, expected 700/)
    assert.equal(stage.count('No control'), 1)
    const { code, err } = await control.run('ps')
    assert.equal(code, 2)
    assert.match(err, /No server can be controlled: .* has mode 755/)
  })

  it('a cookie that cannot be had costs a warning only', async (t) => {
    const control = new ControlStage(t)
    fs.mkdirSync(path.join(control.folder, 'ipem', 'cookie'), { recursive: true })
    const stage = await ServeStage.serving(t, [PID_APP, '-p', '0', '-w', '1'], { env: control.env })
    await stage.untilLog('No control by commands')
    assert.equal((await stage.get()).status, 200)
  })

  it('with control: false nobody finds it', async (t) => {
    const control = new ControlStage(t)
    const stage = await ServeStage.serving(t, [PID_APP, '-p', '0', '-w', '1', '--no-control'], { env: control.env })
    assert.ok(!fs.existsSync(control.sockets))
    assert.equal((await control.run('stop', '--pid', String(stage.pid))).code, 2)
  })

  it('the app does not see who controls: not among its siblings, and not coming and going', async (t) => {
    const control = new ControlStage(t)
    const stage = await control.serving([app('bus.cjs'), '-p', '0', '-w', '2'])
    const asking = Promise.all(Array.from({ length: 5 }, () => control.list()))
    for (let n = 0; n < 50; n++) {
      const siblings = JSON.parse((await stage.get()).body)
      assert.equal(siblings.length, 1)
      assert.equal(typeof siblings[0], 'number')
    }
    await asking
  })
})

describe('control by functions', () => {
  it('does all of it in a program, which may serve again afterwards', async (t) => {
    const control = new ControlStage(t)
    const script = path.resolve('test/fixtures/serve/controls.mjs')
    const child = spawn(process.execPath, [script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...control.env },
    })
    t.after(() => child.kill('SIGKILL'))
    let out = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    const [code] = await once(child, 'close')
    assert.equal(code, 0)
    assert.deepEqual(JSON.parse(out), { listed: 1, workers: 2, refused: 'ERR_IPEM_INVALID_ARG', left: 0, again: 1 })
    assert.deepEqual(fs.readdirSync(control.sockets), [])
  })
})
