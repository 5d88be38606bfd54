import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Load } from '../serve/load.js'
import { app, folderOf, isGone, request, ServeStage, titleOf } from '../serve/stage.js'
import { until } from './puppets.js'

const PID_APP = app('pid.cjs')

/** A copy of an app in a folder of its own, to be changed. */
function appIn(folder: string, answer: string): { file: string; change(to: string): void } {
  const file = path.join(folder, 'app.cjs')
  const change = (to: string): void =>
    fs.writeFileSync(file, `module.exports = (_, response) => response.end(${JSON.stringify(to)})`)
  change(answer)
  return { file, change }
}

describe('signals of the master', { concurrency: 3 }, () => {
  it('TTIN: one worker more, with the lowest free number; TTOU: the highest one leaves in order', async (t) => {
    const stage = await ServeStage.serving(t, [PID_APP, '-p', '0', '-w', '1'])
    stage.kill('SIGTTIN')
    await stage.untilLog('Worker 1 (')
    stage.kill('SIGTTIN')
    await until('three workers', () => stage.workers().length === 3)
    const titles = () => stage.workers().map(titleOf).sort()
    assert.deepEqual(titles(), ['ipem serve: worker 0', 'ipem serve: worker 1', 'ipem serve: worker 2'])
    stage.kill('SIGTTOU')
    await until('two workers', () => stage.workers().length === 2)
    assert.deepEqual(titles(), ['ipem serve: worker 0', 'ipem serve: worker 1'])
    for (let n = 0; n < 5; n++) {
      stage.kill('SIGTTOU')
      await delay(20)
    }
    await until('no worker', () => stage.workers().length === 0)
    assert.ok(!isGone(stage.pid))
  })

  it('WINCH: no workers, and who calls waits until TTIN brings one back', async (t) => {
    const stage = await ServeStage.serving(t, [PID_APP, '-p', '0', '-w', '2'])
    stage.kill('SIGWINCH')
    await until('no worker', () => stage.workers().length === 0)
    const waiting = stage.get()
    stage.kill('SIGTTIN')
    assert.equal((await waiting).status, 200)
    assert.deepEqual(stage.workers().map(titleOf), ['ipem serve: worker 0'])
    // HUP brings all of them back.
    stage.kill('SIGHUP')
    await until('two workers', () => stage.workers().length === 2)
  })

  it('HUP: new code and a new configuration, and nothing is lost under load', async (t) => {
    const folder = folderOf(t)
    const { file, change } = appIn(folder, 'old')
    const config = path.join(folder, 'config.json')
    const configure = (workers: number): void =>
      fs.writeFileSync(config, JSON.stringify({ workerApp: file, listenPort: 0, workers }))
    configure(2)
    const stage = await ServeStage.serving(t, ['-c', config])
    const load = new Load({ to: { port: stage.port, host: '127.0.0.1' }, keepAlive: 4, close: 2 })
    change('new')
    configure(3)
    stage.kill('SIGHUP')
    await stage.untilLog('Reloaded')
    assert.equal((await stage.get()).body, 'new')
    await load.stop()
    await until('three workers', () => stage.workers().length === 3)
    assert.equal(load.lost, 0, JSON.stringify(load.counts))
    assert.ok(load.answerers.has('old'))
  })

  it('HUP with an app that is broken, or a configuration: all goes on as before', async (t) => {
    const folder = folderOf(t)
    const { file, change } = appIn(folder, 'old')
    const config = path.join(folder, 'config.cjs')
    const text = `module.exports = ${JSON.stringify({ workerApp: file, listenPort: 0, workers: 2 })}`
    fs.writeFileSync(config, text)
    const stage = await ServeStage.serving(t, ['-c', config])
    const before = stage.workers()
    fs.writeFileSync(file, 'throw new Error("broken meanwhile")')
    stage.kill('SIGHUP')
    await stage.untilLog('those with the old code go on')
    assert.match(stage.log, /broken meanwhile/)
    fs.writeFileSync(config, 'module.exports = { workers: }')
    stage.kill('SIGHUP')
    await stage.untilLog('Cannot reload, all goes on as before')
    fs.writeFileSync(config, `module.exports = { workers: 'many', worker_app: '/nowhere' }`)
    stage.kill('SIGHUP')
    await stage.untilLog('Expected `workers` to be an integer')
    assert.deepEqual(stage.workers(), before)
    assert.equal((await stage.get()).body, 'old')
    // And when it is mended it works again.
    change('new')
    fs.writeFileSync(config, text)
    stage.kill('SIGHUP')
    await stage.untilLog('Reloaded')
    assert.equal((await stage.get()).body, 'new')
  })

  it('HUP opens what is new in the configuration, and closes what is no longer there', async (t) => {
    const folder = folderOf(t)
    const config = path.join(folder, 'config.json')
    const [one, two] = ['one', 'two'].map((name) => path.join(folder, name)) as [string, string]
    const configure = (...listeners: string[]): void =>
      fs.writeFileSync(config, JSON.stringify({ workerApp: PID_APP, workers: 1, listeners }))
    configure(one)
    const stage = await ServeStage.serving(t, ['-c', config])
    configure(two)
    stage.kill('SIGHUP')
    await stage.untilLog('Reloaded')
    assert.equal((await request({ socketPath: two })).status, 200)
    assert.ok(!fs.existsSync(one))
  })

  for (const signal of ['SIGQUIT', 'SIGTERM', 'SIGINT'] as const) {
    it(`${signal.slice(3)}: answers what was asked, says that it was the last, and ends with 0`, async (t) => {
      const stage = await ServeStage.serving(t, [PID_APP, '-p', '0', '-w', '2'])
      const asked = stage.get('/slow?ms=400', { headers: { connection: 'keep-alive' } })
      await delay(150)
      stage.kill(signal)
      await stage.untilLog('Stopping')
      const { status, headers } = await asked
      assert.deepEqual([status, headers.connection], [200, 'close'])
      assert.equal(await stage.ended, 0)
      await assert.rejects(stage.get(), { code: 'ECONNREFUSED' })
    })
  }

  it('the second INT, and TERM in the manner of unicorn, do not wait', async (t) => {
    const config = path.join(folderOf(t), 'config.json')
    fs.writeFileSync(config, JSON.stringify({ workerApp: PID_APP, listenPort: 0, workers: 1, signals: 'unicorn' }))
    const patient = await ServeStage.serving(t, [PID_APP, '-p', '0', '-w', '1'])
    const unicorn = await ServeStage.serving(t, ['-c', config])
    const ends = [patient, unicorn].map((stage) => assert.rejects(stage.get('/slow?ms=60000'), { code: 'ECONNRESET' }))
    await delay(150)
    patient.kill('SIGINT')
    await patient.untilLog('Stopping')
    await delay(350)
    patient.kill('SIGINT')
    unicorn.kill('SIGTERM')
    await Promise.all(ends)
    assert.deepEqual(await Promise.all([patient.ended, unicorn.ended]), [0, 0])
  })

  it('stopDelay: it goes on serving for a while, for those who have not heard of it', async (t) => {
    const config = path.join(folderOf(t), 'config.json')
    fs.writeFileSync(config, JSON.stringify({ workerApp: PID_APP, listenPort: 0, workers: 1, stopDelay: 1 }))
    const stage = await ServeStage.serving(t, ['-c', config])
    const start = performance.now()
    stage.kill('SIGTERM')
    await stage.untilLog('Stopping')
    assert.equal((await stage.get()).status, 200)
    assert.equal(await stage.ended, 0)
    assert.ok(performance.now() - start >= 1000)
  })

  it('WINCH on a terminal: nothing, as it comes whenever the window changes', async (t) => {
    if (spawnSync('script', ['--version']).status !== 0)
      return t.skip('script, which makes a terminal, is not installed')
    const command = [process.execPath, 'dist/cli.js', 'serve', PID_APP, '-p', '0', '-w', '1'].join(' ')
    const terminal = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['ignore', 'pipe', 'ignore'] })
    t.after(() => terminal.kill('SIGKILL'))
    let log = ''
    terminal.stdout.on('data', (chunk) => {
      log += chunk
    })
    await until('it serves', () => log.includes('Serving at'))
    const master = Number(/ipem\((\d+)\)/.exec(log)?.[1])
    process.kill(master, 'SIGWINCH')
    process.kill(master, 'SIGTTIN')
    await until('the next order', () => log.includes('2 workers are wanted'))
    assert.doesNotMatch(log, /0 workers are wanted/)
    process.kill(master, 'SIGTERM')
    await once(terminal, 'close')
  })

  it('an idle connection does not hold up the end, and a request on it is answered', async (t) => {
    const stage = await ServeStage.serving(t, [PID_APP, '-p', '0', '-w', '2'])
    const load = new Load({ to: { port: stage.port, host: '127.0.0.1' }, keepAlive: 4, close: 0 })
    await until('answers', () => load.counts.answered > 100)
    const start = performance.now()
    stage.kill('SIGTERM')
    await stage.ended
    assert.ok(performance.now() - start < 3000)
    await load.stop()
    const { reset, half, unanswered, wrong } = load.counts
    assert.deepEqual({ reset, half, unanswered, wrong }, { reset: 0, half: 0, unanswered: 0, wrong: 0 })
  })
})

describe('signals of a worker', { concurrency: 2 }, () => {
  for (const signal of ['SIGTERM', 'SIGQUIT'] as const) {
    it(`${signal.slice(3)}: finishes, and another one takes its place`, async (t) => {
      const stage = await ServeStage.serving(t, [PID_APP, '-p', '0', '-w', '1'])
      const [worker] = stage.workers() as [number]
      const asked = stage.get('/slow?ms=300')
      await delay(100)
      process.kill(worker, signal)
      assert.equal((await asked).body, String(worker))
      await until('another worker', () => stage.workers().some((pid) => pid !== worker))
      assert.equal((await stage.get()).status, 200)
    })
  }

  it('INT, HUP, USR1, USR2, TTIN and TTOU: nothing, and no inspector', async (t) => {
    const stage = await ServeStage.serving(t, [PID_APP, '-p', '0', '-w', '1'])
    const before = stage.workers()
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGTTIN', 'SIGTTOU'] as const) {
      process.kill(before[0] as number, signal)
    }
    assert.equal((await stage.get()).body, String(before[0]))
    assert.deepEqual(stage.workers(), before)
    assert.doesNotMatch(stage.log, /Debugger listening/)
  })

  it('KILL: it is replaced, and that it was perhaps out of memory is in the log', async (t) => {
    const stage = await ServeStage.serving(t, [PID_APP, '-p', '0', '-w', '2'])
    const [first] = stage.workers() as [number]
    process.kill(first, 'SIGKILL')
    await until('another worker', () => stage.count('serves') === 3)
    assert.match(stage.log, /ended by SIGKILL, perhaps because memory ran out/)
    assert.equal(stage.workers().length, 2)
  })

  it('leaves in order by itself when the master is killed, and the port is free', async (t) => {
    const stage = await ServeStage.serving(t, [PID_APP, '-p', '0', '-w', '2'])
    const workers = stage.workers()
    const { port } = stage
    const asked = stage.get('/slow?ms=500')
    await delay(150)
    stage.kill('SIGKILL')
    assert.ok(workers.includes(Number((await asked).body)))
    await until('the workers to leave', () => workers.every(isGone))
    await ServeStage.serving(t, [PID_APP, '-p', String(port), '-w', '1'])
  })
})
