import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { app, folderOf, ServeStage } from '../serve/stage.js'
import { until } from './puppets.js'

describe('logs', { concurrency: 2 }, () => {
  it('are opened anew by USR1 after they were moved: no line is lost or split, whoever writes', async (t) => {
    const folder = folderOf(t)
    const [out, err] = ['out', 'err'].map((name) => path.join(folder, name)) as [string, string]
    const args = [app('lines.cjs'), '-p', '0', '-w', '3', '--stdout', out, '--stderr', err]
    const stage = new ServeStage(t, args)
    await until('it serves', () => fs.existsSync(err) && fs.readFileSync(err, 'utf8').includes('Serving at'))
    const port = Number(/:(\d+) with/.exec(fs.readFileSync(err, 'utf8'))?.[1])
    let asked = 0
    let asking = true
    const clients = Array.from({ length: 6 }, async () => {
      while (asking) await stage.get(`/${asked++}`, { port })
    })
    for (let round = 1; round <= 3; round++) {
      const before = asked
      await until('some more', () => asked > before + 50)
      for (const file of [out, err]) fs.renameSync(file, `${file}.${round}`)
      stage.kill('SIGUSR1')
      await until('new files', () => fs.existsSync(out) && fs.existsSync(err))
    }
    asking = false
    await Promise.all(clients)
    stage.kill('SIGTERM')
    await stage.ended
    const lines = fs
      .readdirSync(folder)
      .filter((name) => name.startsWith('out'))
      .flatMap((name) => fs.readFileSync(path.join(folder, name), 'utf8').split('\n').slice(0, -1))
    assert.ok(lines.every((line) => /^\d+ \/\d+ begins and ends$/.test(line)))
    assert.deepEqual(
      lines.map((line) => Number(/\/(\d+)/.exec(line)?.[1])).sort((a, b) => a - b),
      Array.from({ length: asked }, (_, n) => n),
    )
    assert.equal(stage.log, '')
    assert.doesNotMatch(fs.readFileSync(`${err}.1`, 'utf8'), /Debugger/)
  })

  it('are JSON with --json, the lines of an app too', async (t) => {
    const stage = await ServeStage.serving(t, [app('lines.cjs'), '-p', '0', '-w', '1', '--json', '--loglevel', 'debug'])
    const port = Number(/:(\d+) with/.exec(stage.log)?.[1])
    await stage.get('/one', { port })
    await until('its line', () => stage.output.endsWith('\n'))
    const [worker] = stage.workers()
    const { time, ...line } = JSON.parse(stage.output)
    assert.match(time, /^\d{4}-\d\d-\d\dT/)
    assert.deepEqual(line, { pid: worker, worker: 0, stream: 'stdout', msg: `${worker} /one begins and ends` })
    const entries = stage.log
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text))
    assert.ok(entries.every(({ level, pid, msg }) => level && pid === stage.pid && msg))
  })

  it('say as much as the level allows', async (t) => {
    const stage = new ServeStage(t, [app('broken.cjs'), '-p', '0', '-w', '1', '--loglevel', 'silent'])
    assert.equal(await stage.ended, 1)
    assert.match(stage.log, /^ipem serve: Worker 0 cannot start the app/)
  })

  it('keep the last words of a worker that crashes', async (t) => {
    const err = path.join(folderOf(t), 'err')
    const stage = new ServeStage(t, [app('pid.cjs'), '-p', '0', '-w', '1', '--stderr', err])
    const text = () => (fs.existsSync(err) ? fs.readFileSync(err, 'utf8') : '')
    await until('it serves', () => text().includes('Serving at'))
    const port = Number(/:(\d+) with/.exec(text())?.[1])
    await assert.rejects(stage.get('/throw', { port }), { code: 'ECONNRESET' })
    await until('another one', () => text().split(' serves').length === 3)
    assert.match(text(), /Error: thrown by the app\n\s+at /)
  })
})
