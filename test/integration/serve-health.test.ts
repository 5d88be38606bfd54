import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { app, folderOf, ServeStage } from '../serve/stage.js'
import { until } from './puppets.js'

const ARGS = [app('pid.cjs'), '-p', '0', '--timeout', '1']

describe('health', { concurrency: 2 }, () => {
  it('a worker whose event loop stands still for longer than the timeout is killed and replaced', async (t) => {
    const stage = await ServeStage.serving(t, [...ARGS, '-w', '1'])
    const [worker] = stage.workers() as [number]
    await assert.rejects(stage.get('/hang'), { code: 'ECONNRESET' })
    await until('another worker', () => stage.count(' serves') === 2)
    assert.match(stage.log, new RegExp(`Killed worker 0 \\(${worker}\\): its event loop stood still for 1 s`))
    assert.equal((await stage.get()).status, 200)
  })

  it("a request that waits for longer than the timeout is nobody's fault", async (t) => {
    const stage = await ServeStage.serving(t, [...ARGS, '-w', '1'])
    const before = stage.workers()
    assert.equal((await stage.get('/slow?ms=2500')).body, String(before[0]))
    assert.deepEqual(stage.workers(), before)
  })

  it('nobody is killed because the master was stopped for a while, nor because a worker starts meanwhile', async (t) => {
    const stage = await ServeStage.serving(t, [...ARGS, '-w', '2'])
    const before = stage.workers()
    for (let round = 0; round < 2; round++) {
      stage.kill('SIGSTOP')
      await delay(2000)
      stage.kill('SIGCONT')
      await delay(300)
    }
    assert.deepEqual(stage.workers(), before)
  })

  it('a worker that crashes again and again waits longer and longer for its next start', async (t) => {
    const stage = await ServeStage.serving(t, [app('pid.cjs'), '-p', '0', '-w', '2'])
    for (let n = 1; n <= 5; n++) {
      await stage.get('/crash').catch(() => {})
      await stage.untilLog('ended with code 3', n)
    }
    assert.equal((await stage.get()).status, 200)
    await until('both serve', () => stage.count(' serves') === 7)
  })

  it('an app that is broken later stops neither the master nor those that serve, and is not tried in a loop', async (t) => {
    const file = path.join(folderOf(t), 'app.cjs')
    fs.copyFileSync(app('pid.cjs'), file)
    const stage = await ServeStage.serving(t, [file, '-p', '0', '-w', '2'])
    fs.writeFileSync(file, 'throw new Error("broken meanwhile")')
    const [first, second] = stage.workers() as [number, number]
    process.kill(first, 'SIGKILL')
    await stage.untilLog('broken meanwhile', 3)
    const tries = stage.count('Worker 0 cannot start')
    await delay(1000)
    assert.ok(stage.count('Worker 0 cannot start') - tries <= 5)
    assert.equal((await stage.get()).body, String(second))
    fs.copyFileSync(app('pid.cjs'), file)
    await stage.untilLog('Worker 0 (', 2)
  })
})
