import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { app, folderOf, ServeStage } from '../serve/stage.js'

const CLI = path.resolve('dist/cli.js')

function ipem(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8', timeout: 20_000 })
}

describe('the command', { concurrency: 2 }, () => {
  it('says what it can: --help, serve --help, --version', () => {
    assert.match(ipem('--help').stdout, /^Usage: ipem .*\n[\s\S]*serve .*serve an app from many processes/)
    const help = ipem('serve', '-h')
    assert.equal(help.status, 0)
    for (const flag of ['-s', '-c', '-p', '-d', '-t', '-v', '-h', '-w', '--host', '--socket', '--timeout', '--json']) {
      assert.ok(help.stdout.includes(`${flag}, --`) || help.stdout.includes(`${flag} `), flag)
    }
    const { version } = JSON.parse(fs.readFileSync('package.json', 'utf8'))
    assert.deepEqual([ipem('-v').stdout, ipem('serve', '-v').stdout], [`${version}\n`, `${version}\n`])
  })

  it('says what was meant by a flag it does not know, and takes no flag for half right', () => {
    const typo = ipem('serve', '--wrokers', '4', 'app.js')
    assert.equal(typo.status, 1)
    assert.match(typo.stderr, /unknown option '--wrokers'\n\(Did you mean --workers\?\)/)
    assert.match(ipem('serve', '-p', '80x').stderr, /Expected a port/)
    assert.match(ipem('serve', '-w', '0').stderr, /Expected a number from 1, or auto/)
    assert.match(ipem('srve').stderr, /unknown command|too many arguments/)
  })

  it('is called tiamat too', (t) => {
    const tiamat = path.join(folderOf(t), 'tiamat')
    fs.symlinkSync(CLI, tiamat)
    const { status, stdout } = spawnSync(tiamat, ['-c', app('config.cjs'), '-t'], { encoding: 'utf8' })
    assert.deepEqual([status, stdout], [0, 'The configuration is valid.\n'])
    assert.match(spawnSync(tiamat, ['-h'], { encoding: 'utf8' }).stdout, /^Usage: tiamat \[options\]/)
  })

  it('tells with -t all that is wrong, a line for each', (t) => {
    const file = path.join(folderOf(t), 'config.cjs')
    const config = { worker_app: '/nowhere.js', wrokers: 2, listen_port: 'http', timeout: -1, pidfile: '/nowhere/pid' }
    fs.writeFileSync(file, `exports.load = async () => (${JSON.stringify(config)})`)
    const { status, stderr } = ipem('serve', '-c', file, '-t')
    assert.equal(status, 1)
    assert.match(stderr, /Unknown option `wrokers`, did you mean `workers`\?/)
    assert.match(stderr, /Expected `listen_port` to be a port, an integer 0–65535, got `"http"`/)
    assert.match(stderr, /Expected `timeout` to be a number of seconds 0–86400, got `-1`/)
    fs.writeFileSync(
      file,
      `exports.load = () => (${JSON.stringify({ ...config, wrokers: undefined, listen_port: 1, timeout: 1 })})`,
    )
    const missing = ipem('serve', '-c', file, '-t').stderr
    assert.match(missing, /`worker_app`: there is no file \/nowhere\.js\n`pidfile`: there is no directory \/nowhere/)
  })

  it('honours PORT and WEB_CONCURRENCY, below the file and the flags', async (t) => {
    const env = { PORT: '0', WEB_CONCURRENCY: '3' }
    const stage = await ServeStage.serving(t, [app('run.cjs')], { env })
    assert.equal(JSON.parse((await stage.get()).body).workers, 3)
    assert.match(stage.log, /Serving at \[::\]:\d+ with 3 workers/)
    const flags = await ServeStage.serving(t, [app('run.cjs'), '-w', '1', '--host', '127.0.0.1'], { env })
    assert.match(flags.log, /Serving at 127\.0\.0\.1:\d+ with 1 workers/)
  })
})

describe('hooks', () => {
  it('run in the order of unicorn, each in its process', async (t) => {
    const stage = await ServeStage.serving(t, ['-c', app('hooks.cjs')])
    const [worker] = stage.workers() as [number]
    stage.kill('SIGTERM')
    await stage.ended
    const calls = [...stage.log.matchAll(/^hook (.*)$/gm)].map(([, call]) => call)
    assert.deepEqual(calls, [
      `before_fork in ${stage.pid} 0`,
      `after_fork in ${worker} ${worker} ${stage.pid} 0`,
      `loaded in ${worker}`,
      `after_worker_ready in ${worker} 0`,
      `after_worker_exit in ${stage.pid} 0 ${worker} 0 `,
    ])
  })

  it('end the start when they throw, whichever it is', async (t) => {
    for (const hook of ['before_fork', 'after_fork', 'after_worker_ready']) {
      const stage = new ServeStage(t, ['-c', app('hooks.cjs')], { env: { THROW: hook } })
      assert.equal(await stage.ended, 1)
      assert.match(stage.log, /thrown by a hook/, hook)
    }
  })

  it('are only logged later, and before_exec runs before a new master', async (t) => {
    const stage = await ServeStage.serving(t, ['-c', app('hooks.cjs')], { env: { THROW: 'before_exec' } })
    stage.kill('SIGUSR2')
    await stage.untilLog('Started a new master: ')
    stage.also(Number(/Started a new master: (\d+)/.exec(stage.log)?.[1]))
    assert.match(stage.log, /beforeExec: thrown by a hook/)
    await stage.untilLog('Serving at', 2)
  })
})
