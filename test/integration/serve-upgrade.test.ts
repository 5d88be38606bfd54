import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { Load } from '../serve/load.js'
import { app, folderOf, isGone, request, ServeStage } from '../serve/stage.js'
import { until } from './puppets.js'

interface Scene {
  readonly stage: ServeStage
  readonly pidfile: string
  readonly socketPath: string
  /** Starts a new master and answers its pid when it serves. */
  upgrade(): Promise<number>
  pidIn(file: string): number | null
}

async function scene(t: TestContext, env: NodeJS.ProcessEnv = {}): Promise<Scene> {
  const folder = folderOf(t)
  const pidfile = path.join(folder, 'pid')
  const socketPath = path.join(folder, 'http')
  const args = [app('pid.cjs'), '-p', '0', '--socket', socketPath, '-w', '2', '--pidfile', pidfile]
  const stage = await ServeStage.serving(t, args, { env })
  const pidIn = (file: string): number | null => (fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8')) : null)
  const upgrade = async (): Promise<number> => {
    const before = stage.count('Serving at')
    const old = pidIn(pidfile) as number
    process.kill(old, 'SIGUSR2')
    await stage.untilLog('Serving at', before + 1)
    const pid = pidIn(pidfile) as number
    assert.notEqual(pid, old)
    return stage.also(pid)
  }
  return { stage, pidfile, socketPath, upgrade, pidIn }
}

describe('USR2', { concurrency: 2 }, () => {
  it('starts a new master on the same sockets; QUIT for the old one commits, and nothing is lost', async (t) => {
    const { stage, pidfile, socketPath, upgrade, pidIn } = await scene(t)
    assert.equal(fs.readFileSync(pidfile, 'utf8'), `${stage.pid}\n`)
    const loads = [{ port: stage.port, host: '127.0.0.1' }, { path: socketPath }].map(
      (to) => new Load({ to, keepAlive: 2, close: 2 }),
    )
    const pid = await upgrade()
    assert.equal(pidIn(`${pidfile}.oldbin`), stage.pid)
    // Both serve.
    assert.equal(stage.workers().length, 2)
    assert.equal(stage.workers(pid).length, 2)
    stage.kill('SIGQUIT')
    await until('the old one to end', () => stage.process.exitCode === 0)
    for (const load of loads) {
      const { answered } = load.counts
      await until('answers of the new one', () => load.counts.answered > answered + 20)
      await load.stop()
      assert.equal(load.lost, 0, JSON.stringify(load.counts))
    }
    assert.deepEqual([pidIn(pidfile), pidIn(`${pidfile}.oldbin`)], [pid, null])
    assert.ok(stage.workers(pid).includes(Number((await request({ socketPath })).body)))
    process.kill(pid, 'SIGTERM')
    await until('the new one to end', () => isGone(pid))
    assert.deepEqual([fs.existsSync(pidfile), fs.existsSync(socketPath)], [false, false])
  })

  it('can be gone back on: WINCH and HUP for the old one, QUIT for the new one', async (t) => {
    const { stage, pidfile, socketPath, upgrade, pidIn } = await scene(t)
    const load = new Load({ to: { port: stage.port, host: '127.0.0.1' }, keepAlive: 2, close: 2 })
    const pid = await upgrade()
    stage.kill('SIGWINCH')
    await until('no old workers', () => stage.workers().length === 0)
    stage.kill('SIGHUP')
    await until('old workers', () => stage.workers().length === 2)
    process.kill(pid, 'SIGQUIT')
    await stage.untilLog('The new master has ended')
    await until('the pidfile', () => pidIn(pidfile) === stage.pid)
    assert.equal(pidIn(`${pidfile}.oldbin`), null)
    await load.stop()
    assert.equal(load.lost, 0, JSON.stringify(load.counts))
    assert.equal((await request({ socketPath })).status, 200)
    // And it can be tried again.
    await upgrade()
  })

  it('whose new master does not start leaves all as it was', async (t) => {
    const folder = folderOf(t)
    const file = path.join(folder, 'app.cjs')
    fs.copyFileSync(app('pid.cjs'), file)
    const pidfile = path.join(folder, 'pid')
    const stage = await ServeStage.serving(t, [file, '-p', '0', '-w', '1', '--pidfile', pidfile])
    const load = new Load({ to: { port: stage.port, host: '127.0.0.1' }, keepAlive: 2, close: 1 })
    fs.writeFileSync(file, 'throw new Error("broken meanwhile")')
    stage.kill('SIGUSR2')
    await stage.untilLog('The new master has ended: exit code 1; this one goes on')
    assert.equal(fs.readFileSync(pidfile, 'utf8'), `${stage.pid}\n`)
    assert.ok(!fs.existsSync(`${pidfile}.oldbin`))
    await load.stop()
    assert.equal(load.lost, 0, JSON.stringify(load.counts))
  })

  it('is refused while both are there', async (t) => {
    const { stage, upgrade } = await scene(t)
    const pid = await upgrade()
    stage.kill('SIGUSR2')
    await stage.untilLog(`No new master: ${pid} is still there`)
    process.kill(pid, 'SIGUSR2')
    await stage.untilLog(`No new master: ${stage.pid} is still there`)
  })
})
