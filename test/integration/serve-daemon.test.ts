import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { app, childrenOf, folderOf, isGone, request, ServeStage, titleOf } from '../serve/stage.js'
import { until } from './puppets.js'

/** A folder for a daemon that writes its pid to the file `pid` there: it ends with the test. */
function daemonFolder(t: TestContext): string {
  return folderOf(t, (folder) => {
    const pidfile = path.join(folder, 'pid')
    if (!fs.existsSync(pidfile)) return
    for (const each of [pidOf(pidfile), ...childrenOf(pidOf(pidfile))]) if (!isGone(each)) process.kill(each, 'SIGKILL')
  })
}

const pidOf = (pidfile: string): number => Number(fs.readFileSync(pidfile, 'utf8'))

/** Session and standard input of a process. */
function seat(pid: number): { session: number; stdin: string; cwd: string } {
  const [, , , session] = fs.readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? []
  return {
    session: Number(session),
    stdin: fs.readlinkSync(`/proc/${pid}/fd/0`),
    cwd: fs.readlinkSync(`/proc/${pid}/cwd`),
  }
}

describe('ipem serve -d', { concurrency: 2 }, () => {
  it('answers 0 when the workers serve, in a session of its own without standard input', async (t) => {
    const folder = fs.realpathSync(daemonFolder(t))
    const files = Object.fromEntries(['pid', 'out', 'err', 'http'].map((name) => [name, path.join(folder, name)]))
    const { pid: pidfile = '', out = '', err = '', http = '' } = files
    const config = path.join(folder, 'config.cjs')
    fs.writeFileSync(
      config,
      `exports.load = () => (${JSON.stringify({
        worker_app: app('lines.cjs'),
        listen_sock: http,
        workers: 2,
        daemonize: true,
        working_directory: folder,
        pidfile,
        stdout_path: out,
        stderr_path: err,
      })})`,
    )
    const stage = new ServeStage(t, ['-c', config])
    assert.equal(await stage.ended, 0, stage.log)
    assert.deepEqual([stage.log, stage.output], ['', ''])
    const pid = pidOf(pidfile)
    assert.deepEqual(seat(pid), { session: pid, stdin: '/dev/null', cwd: folder })
    assert.equal((await request({ socketPath: http })).body, 'ok')
    await until('its line', () => /begins and ends\n/.test(fs.readFileSync(out, 'utf8')))
    assert.match(fs.readFileSync(err, 'utf8'), /Serving at .*http with 2 workers/)
    process.kill(pid, 'SIGUSR2')
    await until('a new master', () => fs.existsSync(pidfile) && pidOf(pidfile) !== pid)
    await until('its workers', () => childrenOf(pidOf(pidfile)).length === 2)
    process.kill(pid, 'SIGQUIT')
    await until('the old one to end', () => isGone(pid))
    assert.equal(seat(pidOf(pidfile)).stdin, '/dev/null')
    assert.equal((await request({ socketPath: http })).body, 'ok')
    process.kill(pidOf(pidfile), 'SIGQUIT')
    await until('the end', () => !fs.existsSync(pidfile) && !fs.existsSync(http))
  })

  it('answers 1 and why when the app does not start, and leaves nothing', async (t) => {
    const pidfile = path.join(daemonFolder(t), 'pid')
    for (const [file, words] of [
      ['broken.cjs', /It does not serve: [\s\S]*this app is broken/],
      ['exits.cjs', /It does not serve: [\s\S]*cannot reach the database/],
    ] as const) {
      const stage = new ServeStage(t, [app(file), '-d', '-p', '0', '-w', '2', '--pidfile', pidfile])
      assert.equal(await stage.ended, 1)
      assert.match(stage.log, words)
      assert.ok(!fs.existsSync(pidfile))
    }
  })
})

describe('a pidfile', { concurrency: 2 }, () => {
  it('of a server that runs is a reason not to start; one that is stale is not', async (t) => {
    const pidfile = path.join(folderOf(t), 'pid')
    const args = [app('pid.cjs'), '-p', '0', '-w', '1', '--pidfile', pidfile]
    const first = await ServeStage.serving(t, args)
    const second = new ServeStage(t, args)
    assert.equal(await second.ended, 1)
    assert.match(second.log, new RegExp(`Already running with pid ${first.pid}`))
    assert.equal(pidOf(pidfile), first.pid)
    first.kill('SIGKILL')
    await first.ended
    const third = await ServeStage.serving(t, args)
    assert.equal(pidOf(pidfile), third.pid)
    // Another one's file is not removed.
    fs.writeFileSync(pidfile, '1\n')
    third.kill('SIGTERM')
    await third.ended
    assert.equal(fs.readFileSync(pidfile, 'utf8'), '1\n')
  })
})

describe('under systemd', { concurrency: 2 }, () => {
  it('it serves on the socket it is given, whoever asked for which', async (t) => {
    const listening = net.createServer().listen(0, '127.0.0.1')
    await once(listening, 'listening')
    const { port } = listening.address() as net.AddressInfo
    const { fd } = (listening as unknown as { _handle: { fd: number } })._handle
    // LISTEN_PID has to be that of the process itself: a shell becomes it.
    const command = `LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" dist/cli.js serve "$1" -w 2 -p ${port}`
    const child = spawn('/bin/sh', ['-c', command, process.execPath, app('pid.cjs')], {
      stdio: ['ignore', 'ignore', 'pipe', fd],
    })
    t.after(() => child.kill('SIGKILL'))
    let log = ''
    child.stderr?.on('data', (chunk) => {
      log += chunk
    })
    await until('it serves', () => log.includes('Serving at'))
    listening.close()
    assert.equal((await request({ port })).status, 200)
    child.kill('SIGTERM')
    await once(child, 'close')
  })

  it('it says when it is ready and when it stops', async (t) => {
    if (spawnSync('systemd-notify', ['--version']).status !== 0) return t.skip('systemd-notify is not installed')
    const folder = folderOf(t)
    const socket = path.join(folder, 'notify')
    // Node has no datagram sockets at paths, so another program hears what is said.
    const script = `import socket,sys
s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM); s.bind(sys.argv[1]); print('bound',flush=True)
while True: print(s.recv(4096).decode().replace(chr(10),' '),flush=True)`
    const listener = spawn('python3', ['-c', script, socket], { stdio: ['ignore', 'pipe', 'ignore'] })
    t.after(() => listener.kill('SIGKILL'))
    let heard = ''
    listener.stdout.on('data', (chunk) => {
      heard += chunk
    })
    const missing = once(listener, 'exit').then(() => true)
    await Promise.race([missing, until('a listener', () => heard.includes('bound'))])
    if (listener.exitCode !== null) return t.skip('python3 is not installed')
    const stage = await ServeStage.serving(t, [app('pid.cjs'), '-p', '0', '-w', '1'], {
      env: { NOTIFY_SOCKET: socket },
    })
    await until('READY', () => heard.includes('READY=1'))
    assert.match(heard, new RegExp(`MAINPID=${stage.pid}`))
    stage.kill('SIGTERM')
    await until('STOPPING', () => heard.includes('STOPPING=1'))
    assert.equal(await stage.ended, 0)
    assert.equal(titleOf(stage.pid), '')
  })
})
