import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { app, folderOf, ServeStage } from '../serve/stage.js'
import { until } from './puppets.js'

const descriptorsOf = (pid: number): number => fs.readdirSync(`/proc/${pid}/fd`).length

describe('a master', { concurrency: 2 }, () => {
  it('that cannot start a process tries again, later and later, and can still be stopped', async (t) => {
    const folder = path.join(folderOf(t), 'work')
    fs.mkdirSync(folder)
    const config = path.join(path.dirname(folder), 'config.json')
    fs.writeFileSync(
      config,
      JSON.stringify({ workerApp: app('pid.cjs'), listenPort: 0, workers: 2, workingDirectory: folder }),
    )
    const stage = await ServeStage.serving(t, ['-c', config])
    fs.rmdirSync(folder)
    process.kill(stage.workers()[0] as number, 'SIGKILL')
    await stage.untilLog('could not be started', 1)
    assert.equal((await stage.get()).status, 200)
    await delay(500)
    assert.ok(stage.count('could not be started') <= 2, stage.log)
    fs.mkdirSync(folder)
    await stage.untilLog(' serves', 3)
    fs.rmdirSync(folder)
    process.kill(stage.workers()[0] as number, 'SIGKILL')
    await stage.untilLog('could not be started', 2)
    stage.kill('SIGTERM')
    assert.equal(await stage.ended, 0)
  })

  it('closes what apps have opened by themselves and nobody has any more', async (t) => {
    const folder = folderOf(t)
    const stage = await ServeStage.serving(t, [app('helper-socket.cjs'), '-p', '0', '-w', '2'], {
      env: { FOLDER: folder },
    })
    const sockets = () => fs.readdirSync(folder).length
    await until('both sockets', () => sockets() === 2)
    stage.kill('SIGHUP')
    await stage.untilLog('Reloaded', 1)
    await until('two sockets', () => sockets() === 2 && stage.workers().length === 2)
    const before = descriptorsOf(stage.pid)
    for (let n = 2; n <= 4; n++) {
      stage.kill('SIGHUP')
      await stage.untilLog('Reloaded', n)
      await until('two sockets', () => sockets() === 2 && stage.workers().length === 2)
    }
    assert.ok(descriptorsOf(stage.pid) <= before, `${descriptorsOf(stage.pid)} descriptors, ${before} before`)
  })

  it('gives up a reload of which one worker does not start, and does not try it in a loop', async (t) => {
    const mood = path.join(folderOf(t), 'mood')
    fs.writeFileSync(mood, 'old')
    const stage = await ServeStage.serving(t, [app('moody.cjs'), '-p', '0', '-w', '4'], { env: { MOOD: mood } })
    fs.writeFileSync(mood, 'new')
    stage.kill('SIGHUP')
    await stage.untilLog('those with the old code go on')
    assert.equal(stage.count('Reloaded'), 0)
    const tries = stage.count('the third does not start')
    await delay(1000)
    assert.equal(stage.count('the third does not start'), tries)
    assert.equal((await stage.get()).status, 200)
  })

  it('that is stopped holds up no more than a few connections, which are answered when it goes on', async (t) => {
    const stage = await ServeStage.serving(t, [app('pid.cjs'), '-p', '0', '-w', '4'])
    const kept = Array.from({ length: 8 }, () => stage.get('/slow?ms=3000'))
    stage.kill('SIGSTOP')
    await delay(300)
    let answered = 0
    const asked = Array.from({ length: 40 }, async () => {
      await stage.get()
      answered++
    })
    await until('most answers', () => answered >= 30)
    stage.kill('SIGCONT')
    await Promise.all([...asked, ...kept])
  })
})

describe('an app', () => {
  it('that listens at a descriptor which is no socket is refused, and listens nowhere else', async (t) => {
    const stage = new ServeStage(t, [app('descriptor.cjs'), '-w', '1'])
    assert.equal(await stage.ended, 1)
    assert.match(stage.log, /Cannot listen at fd 9999/)
  })
})

describe('a server in a program', () => {
  it('rejects what cannot be, and lets the program end', async () => {
    const program = spawn(process.execPath, [app('program.mjs'), app('pid.cjs')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    program.stdout.on('data', (chunk) => {
      output += chunk
    })
    const [code] = await once(program, 'close')
    assert.equal(code, 0)
    assert.deepEqual(output.trim().split('\n'), [
      'bad log rejected ERR_IPEM_CONFIG',
      'second rejected ERR_IPEM_ALREADY_STARTED',
      'reload resolved ',
      'stop resolved ',
      'reload after stop rejected ERR_IPEM_CLOSED',
      'addresses 0',
    ])
  })
})
