import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { until } from '../integration/puppets.js'
import { Load, type LoadOptions } from '../serve/load.js'
import { app, folderOf, isGone, ServeStage } from '../serve/stage.js'

/** Waits until everybody who asks has had answers from those who serve now. */
async function more(load: Load): Promise<void> {
  const { answered } = load.counts
  await until('more answers', () => load.counts.answered > answered + 500)
}

function whole(t: TestContext, load: Load, what: string): void {
  const { answered, refused, reset, unanswered, half, wrong } = load.counts
  t.diagnostic(
    `${what}: ${answered} answered, ${refused} refused, ${reset} reset, ${unanswered + half} half, ${wrong} wrong`,
  )
  assert.equal(load.lost, 0, what)
  assert.ok(answered > 1000)
}

async function stageWith(t: TestContext, clients: Pick<LoadOptions, 'keepAlive' | 'close'>) {
  const pidfile = path.join(folderOf(t), 'pid')
  const stage = await ServeStage.serving(t, [app('pid.cjs'), '-p', '0', '-w', '4', '--pidfile', pidfile])
  const load = new Load({ to: { port: stage.port, host: '127.0.0.1' }, ...clients })
  await more(load)
  return { stage, load, pidfile }
}

const CLIENTS = { 'keep-alive': { keepAlive: 24, close: 0 }, 'Connection: close': { keepAlive: 0, close: 12 } } as const

for (const [kind, clients] of Object.entries(CLIENTS)) {
  describe(`under a constant load with ${kind} nothing is refused, reset or half answered`, () => {
    it('over 10 × HUP', async (t) => {
      const { stage, load } = await stageWith(t, clients)
      for (let n = 1; n <= 10; n++) {
        stage.kill('SIGHUP')
        await stage.untilLog('Reloaded', n)
        await more(load)
      }
      await load.stop()
      whole(t, load, '10 × HUP')
    })

    it('over 5 × USR2 and QUIT for the old master', async (t) => {
      const { stage, load, pidfile } = await stageWith(t, clients)
      let master = stage.pid
      for (let n = 2; n <= 6; n++) {
        const old = master
        process.kill(old, 'SIGUSR2')
        await stage.untilLog('Serving at', n)
        master = stage.also(Number(fs.readFileSync(pidfile, 'utf8')))
        await more(load)
        process.kill(old, 'SIGQUIT')
        await until('the old master to end', () => isGone(old))
        await more(load)
      }
      await load.stop()
      whole(t, load, '5 × USR2 and QUIT')
    })

    it('over 10 × TTIN and TTOU', async (t) => {
      const { stage, load } = await stageWith(t, clients)
      for (let n = 1; n <= 10; n++) {
        stage.kill('SIGTTIN')
        await stage.untilLog('Worker 4 (', 2 * n - 1)
        await more(load)
        stage.kill('SIGTTOU')
        await until('its end', () => stage.workers().length === 4)
      }
      await load.stop()
      whole(t, load, '10 × TTIN and TTOU')
    })
  })
}

describe('an idle worker that is killed', () => {
  it('takes nothing along', async (t) => {
    const { stage, load } = await stageWith(t, { keepAlive: 24, close: 0 })
    for (let n = 1; n <= 5; n++) {
      // All connections have their worker: a new one has none.
      stage.kill('SIGTTIN')
      await until('one more', () => stage.workers().length === 5)
      await stage.untilLog(' serves', 4 + 2 * n - 1)
      const idle = stage.workers().at(-1) as number
      process.kill(idle, 'SIGKILL')
      await stage.untilLog(' serves', 4 + 2 * n)
      await more(load)
      stage.kill('SIGTTOU')
      await until('one less', () => stage.workers().length === 4)
    }
    await load.stop()
    whole(t, load, 'kill -9 × 5')
  })
})

/**
 * Busiest ÷ idlest. On a quiet machine it is below 1.5, which the benchmark shows; where the master has to wait for its turn
 * workers keep some that they would have passed on. One socket alone gives 4 and more.
 */
const MOST = 2.5

describe('connections that are kept', () => {
  it('are shared by four workers, and so they are after a reload', async (t) => {
    const { stage, load } = await stageWith(t, { keepAlive: 64, close: 0 })
    const shares = async (): Promise<number> => {
      await until('all connections', () => [...load.connections.values()].reduce((sum, each) => sum + each, 0) === 64)
      await more(load)
      const counts = stage.workers().map((pid) => load.connections.get(String(pid)) ?? 0)
      t.diagnostic(`connections of each worker: ${counts.join(', ')}`)
      return Math.max(...counts) / Math.min(...counts)
    }
    const before = await shares()
    stage.kill('SIGHUP')
    await stage.untilLog('Reloaded')
    await until('the old ones to leave', () => stage.workers().length === 4)
    const after = await shares()
    await load.stop()
    assert.ok(before <= MOST && after <= MOST, `${before} and ${after}`)
  })
})
