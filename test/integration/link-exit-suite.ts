// What a link promises of a process that exits: everything it sent arrives, once and in order, in bounded time.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { StreamLink } from '../../src/link/stream-link.js'
import { LIMITS, LinkEnd, until } from '../conformance/link-end.js'
import type { Plan } from './link-speaker.js'

const SPEAKER = fileURLToPath(new URL('./link-speaker.js', import.meta.url))
const FD = 3
const DEADLINE_MS = 10_000

const AMOUNTS = [
  { count: 1000, size: 100 },
  { count: 100_000, size: 100 },
  { count: 200, size: 100_000 },
  { count: 1, size: 33_554_432 },
]

interface Speaker {
  readonly child: ChildProcess
  readonly near: LinkEnd
  /** The lines it printed. */
  readonly lines: () => string[]
}

type Medium = 'pipe' | 'unix' | 'tcp'

export function exitSuite(medium: Medium): void {
  describe(`a process that exits, over ${medium}`, () => {
    const cleanups: (() => void)[] = []
    afterEach(() => {
      for (const cleanup of cleanups.splice(0)) cleanup()
    })

    async function start(plan: Omit<Plan, 'address' | 'inherited'>): Promise<Speaker> {
      const server = medium === 'pipe' ? null : createServer({ noDelay: true })
      let address: Plan['address'] = FD
      if (server !== null) {
        const folder = mkdtempSync(path.join(tmpdir(), 'ipem-exit-'))
        cleanups.push(() => server.close(() => rmSync(folder, { recursive: true })))
        server.listen(medium === 'unix' ? { path: path.join(folder, 'socket') } : { port: 0, host: '127.0.0.1' })
        await once(server, 'listening')
        const bound = server.address()
        address = typeof bound === 'string' ? bound : (bound?.port as number)
      }
      const whole: Plan = { ...plan, address, inherited: medium === 'pipe' }
      const stdio = ['ignore', 'pipe', plan.exit === 'crash' ? 'ignore' : 'inherit'] as const
      const child = spawn(process.execPath, [SPEAKER, JSON.stringify(whole)], {
        stdio: medium === 'pipe' ? [...stdio, 'pipe'] : [...stdio],
      })
      cleanups.push(() => child.kill('SIGKILL'))
      let text = ''
      child.stdout?.on('data', (data) => {
        text += data
      })
      const socket = server === null ? (child.stdio as unknown as Socket[])[FD] : (await once(server, 'connection'))[0]
      const near = new LinkEnd(new StreamLink(socket as Socket, medium === 'pipe' ? 'pipe' : 'socket', LIMITS))
      cleanups.push(() => near.link.destroy())
      return { child, near, lines: () => text.trimEnd().split('\n') }
    }

    /** Everything has come that will come. */
    async function over({ child, near, lines }: Speaker): Promise<{ lost: number; ms: number }> {
      await until(() => near.report.closes.length > 0, 'the link to close', DEADLINE_MS)
      if (child.exitCode === null) await once(child, 'exit')
      await until(() => lines().at(-1)?.startsWith('{') === true, 'the last line', DEADLINE_MS)
      return JSON.parse(lines().at(-1) as string)
    }

    for (const { count, size } of AMOUNTS) {
      it(`gets ${count} × ${size} bytes through`, async () => {
        const speaker = await start({ count, size, exit: 'at once', deadlineMs: DEADLINE_MS })
        speaker.near.open()
        assert.equal((await over(speaker)).lost, 0)
        assert.equal(speaker.near.report.fault, null)
        assert.equal(speaker.near.report.frames, count)
      })
    }

    it('goes on at the right byte when libuv has a part', async () => {
      const speaker = await start({ count: 200, size: 100_000, exit: 'stuck', deadlineMs: DEADLINE_MS })
      // Nobody reads until then.
      await until(() => speaker.lines().includes('stuck'), 'the speaker to be stuck', DEADLINE_MS)
      speaker.near.open()
      assert.equal((await over(speaker)).lost, 0)
      assert.equal(speaker.near.report.fault, null)
      assert.equal(speaker.near.report.frames, 200)
    })

    it('gets everything through to a neighbour that talks back', async () => {
      const speaker = await start({ count: 100_000, size: 100, exit: 'at once', deadlineMs: DEADLINE_MS })
      const { near } = speaker
      near.onEach = () => near.send(1, 100)
      near.send(2000, 100)
      near.open()
      assert.equal((await over(speaker)).lost, 0)
      assert.equal(near.report.fault, null)
      assert.equal(near.report.frames, 100_000)
    })

    it('also sends what an exit handler behind ours says', async () => {
      const speaker = await start({ count: 200, size: 1000, exit: 'late', deadlineMs: DEADLINE_MS })
      speaker.near.open()
      await over(speaker)
      assert.equal(speaker.near.report.fault, null)
      assert.equal(speaker.near.report.frames, 200)
    })

    it('gets through what came before an error that nobody caught', async () => {
      const speaker = await start({ count: 1000, size: 1000, exit: 'crash', deadlineMs: DEADLINE_MS })
      speaker.near.open()
      assert.equal((await over(speaker)).lost, 0)
      assert.equal(speaker.near.report.frames, 1000)
      assert.equal(speaker.child.exitCode, 1)
    })

    it('waits no longer than its deadline and counts what it gave up', async () => {
      const plan = { count: 320, size: 100_000, deadlineMs: 300 } as const
      const speaker = await start({ ...plan, exit: 'at once' })
      await once(speaker.child, 'exit')
      speaker.near.open()
      const { lost, ms } = await over(speaker)
      assert.ok(ms >= 250 && ms < 3000, `took ${ms} ms`)
      assert.ok(lost > 0)
      assert.equal(speaker.near.report.fault, null)
      assert.equal(speaker.near.report.frames + lost, plan.count)
    })
  })
}
