// What every kind of link has to do, whatever carries its bytes. Each kind calls `linkSuite` once with a way to make
// two ends; ends that are real sockets or processes add what only they can show.

import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import type { Link, LinkLimits } from '../../src/link/link.js'
import { FrameKind } from '../../src/wire/frame.js'
import { type FarEnd, LIMITS, LinkEnd, type Report, until } from './link-end.js'

export interface Connected {
  /** Neither end is open. */
  readonly near: Link
  readonly far: FarEnd
  /** What is left of the near end's listeners on its medium. */
  leftovers?(): number
  /** Takes the medium down, whatever state it is in. */
  dispose(): void | Promise<void>
}

export interface LinkKind {
  readonly name: string
  connect(limits: LinkLimits): Promise<Connected>
  readonly capabilities: {
    /** Bytes of frames that may still be reported to a link that was just paused. */
    readonly readAhead: number
    /** What was sent is on its way, and gets there also if the sender closes at once. */
    readonly keepsBytes: boolean
  }
}

const KINDS = Object.values(FrameKind)
const MB = 1_000_000
/** More than any kernel keeps for one connection. */
const FLOOD = { count: 320, size: 100_000 }

export function linkSuite({ name, connect, capabilities }: LinkKind): void {
  describe(`a link over ${name}`, () => {
    const open: Connected[] = []
    afterEach(async () => {
      for (const connected of open.splice(0)) {
        connected.near.destroy()
        await connected.dispose()
      }
    })

    async function start(limits: Partial<LinkLimits> = {}): Promise<{ near: LinkEnd; far: FarEnd } & Connected> {
      const connected = await connect({ ...LIMITS, ...limits })
      open.push(connected)
      return { ...connected, near: new LinkEnd(connected.near) } as never
    }

    async function opened(limits: Partial<LinkLimits> = {}) {
      const pair = await start(limits)
      await pair.far.open()
      pair.near.open()
      return pair
    }

    const arrived = (far: FarEnd, frames: number) =>
      until(async () => (await far.report()).frames >= frames, `${frames} frames at the far end`)
    const received = (near: LinkEnd, frames: number) =>
      until(() => near.report.frames >= frames, `${frames} frames at the near end`)
    const farClosed = (far: FarEnd) => until(async () => (await far.report()).closes.length > 0, 'the far end to close')
    const nearClosed = (near: LinkEnd) => until(() => near.report.closes.length > 0, 'the near end to close')

    function intact(report: Report, frames: number): void {
      assert.equal(report.fault, null)
      assert.equal(report.frames, frames)
    }

    it('hands over frames of every kind, in order, both ways', async () => {
      const { near, far } = await opened()
      for (const [index, kind] of KINDS.entries()) {
        near.send(1, 10 + index, kind)
        await far.send(1, 20 + index, kind)
      }
      await Promise.all([arrived(far, KINDS.length), received(near, KINDS.length)])
      intact(near.report, KINDS.length)
      intact(await far.report(), KINDS.length)
      assert.deepEqual(near.report.kinds, KINDS)
      assert.deepEqual((await far.report()).kinds, KINDS)
    })

    it('takes payloads of 0 bytes and of 10 MB', async () => {
      const { near, far } = await opened()
      near.send(1, 0, FrameKind.interest)
      near.send(1, 10 * MB)
      near.send(1, 0)
      await far.send(1, 10 * MB)
      await far.send(1, 0)
      await Promise.all([arrived(far, 3), received(near, 2)])
      intact(await far.report(), 3)
      intact(near.report, 2)
    })

    it('keeps small and large frames in order', async () => {
      const { near, far } = await opened()
      const sizes = [1, 100, 16_383, 16_384, 3, 70_000, 0, 9000, 65_500, 40]
      for (let round = 0; round < 20; round++) {
        for (const size of sizes) near.send(1 + (round % 3), size, round % 5 === 0 ? FrameKind.topology : undefined)
        if (round % 4 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
      const count = sizes.length * (7 * 1 + 7 * 2 + 6 * 3)
      await arrived(far, count)
      intact(await far.report(), count)
    })

    it('reports what came before it was opened, in order', async () => {
      const { near, far } = await start()
      await far.open()
      await far.send(50, 1000)
      near.send(10, 10)
      await arrived(far, 10)
      assert.equal(near.report.frames, 0)
      near.open()
      assert.equal(near.report.frames, 0, 'not before open() has returned')
      await far.send(50, 1000)
      await received(near, 100)
      intact(near.report, 100)
    })

    it('says goodbye after all that was sent, and closes both ends', async () => {
      const { near, far } = await opened()
      near.send(30, 50_000)
      await near.link.end(5000)
      await farClosed(far)
      const report = await far.report()
      intact(report, 30)
      assert.deepEqual([report.kinds.at(-1), report.closes.length], [FrameKind.bye, 1])
      assert.deepEqual(near.report.closes, [{ kind: 'local', code: null }])
    })

    it('still takes what the other side has to say when it ends', async () => {
      const { near, far } = await opened()
      await far.send(30, 50_000)
      await near.link.end(5000)
      intact(near.report, 30)
    })

    it('ends at once for two who end at the same time, and for two calls', async () => {
      const { near, far } = await opened()
      await far.end(5000)
      const start = performance.now()
      await Promise.all([near.link.end(5000), near.link.end(4000)])
      await farClosed(far)
      assert.ok(performance.now() - start < 2000, 'no deadline was waited for')
      assert.equal(near.report.closes.length, 1)
      assert.equal((await far.report()).closes.length, 1)
    })

    it('ends within its deadline also when the other side does not read', async () => {
      const { near, far } = await opened()
      await far.pause()
      near.send(FLOOD.count, FLOOD.size)
      const start = performance.now()
      await near.link.end(150)
      assert.ok(performance.now() - start < 1500, `took ${performance.now() - start} ms`)
      assert.deepEqual(near.report.closes, [{ kind: 'local', code: null }])
    })

    it('ends although it was paused', async () => {
      const { near, far } = await opened()
      near.link.pause()
      await far.send(20, 50_000)
      await near.link.end(5000)
      intact(near.report, 20)
      await farClosed(far)
    })

    it('ends although it is paused meanwhile', async () => {
      const { near, far } = await opened()
      await far.send(20, 50_000)
      const ended = near.link.end(5000)
      near.link.pause()
      await ended
      intact(near.report, 20)
      await farClosed(far)
    })

    it('reports its end once when it is destroyed, and takes no more', async () => {
      const { near, far } = await opened()
      near.send(1, 10)
      await arrived(far, 1)
      near.link.destroy()
      near.link.destroy()
      near.send(5, 10)
      near.link.send(FrameKind.ping, Buffer.alloc(0))
      await near.link.end(1000)
      await near.link.flush()
      await farClosed(far)
      assert.deepEqual(near.report.closes, [{ kind: 'local', code: null }])
      assert.deepEqual((await far.report()).closes, [{ kind: 'end', code: null }])
      assert.deepEqual([near.link.closed, near.link.queuedBytes, near.link.needDrain], [true, 0, false])
      intact(await far.report(), 1)
    })

    it('reports nothing after its owner has destroyed it in the middle of a chunk', async () => {
      const { near, far } = await opened()
      near.onEach = () => near.link.destroy()
      await far.send(20, 10)
      await nearClosed(near)
      await farClosed(far)
      intact(near.report, 1)
    })

    it('sees the end of the other side after everything it sent', async () => {
      const { near, far } = await opened()
      near.endOnBye = null
      await far.send(20, 50_000)
      await far.end(5000)
      await nearClosed(near)
      intact(near.report, 20)
      assert.deepEqual(near.report.closes, [{ kind: 'end', code: null }])
    })

    it('sees an end that came before it was opened', async () => {
      const { near, far } = await start()
      await far.open()
      await far.send(5, 10)
      await far.destroy()
      await farClosed(far)
      near.open()
      assert.equal(near.report.closes.length, 0, 'not before open() has returned')
      await nearClosed(near)
      assert.deepEqual(near.report.closes, [{ kind: 'end', code: null }])
    })

    it('asks for a drain above its mark, and tells once when that came', async () => {
      const { near, far } = await opened()
      await far.pause()
      near.send(FLOOD.count, FLOOD.size)
      assert.equal(near.link.needDrain, true)
      await new Promise((resolve) => setImmediate(resolve))
      assert.ok(near.link.queuedBytes > LIMITS.highWaterMark, `${near.link.queuedBytes} bytes are queued`)
      assert.equal(near.report.drains, 0)
      await far.resume()
      await until(() => near.report.drains > 0, 'a drain')
      assert.equal(near.link.needDrain, false)
      await arrived(far, FLOOD.count)
      intact(await far.report(), FLOOD.count)
      await near.link.flush()
      assert.equal(near.link.queuedBytes, 0)
      assert.equal(near.report.drains, 1)
    })

    it('never tells of a drain from within a send', async () => {
      const { near, far } = await opened({ highWaterMark: 1000 })
      let depth = 0
      let left = 300
      const pump = () => {
        assert.equal(++depth, 1)
        while (left > 0 && !near.link.needDrain) near.send(1, left-- % 2 === 0 ? 20_000 : 300)
        depth--
      }
      near.onDrained = pump
      pump()
      await arrived(far, 300)
      intact(await far.report(), 300)
    })

    it('finds out within its time that nothing moves, and takes that back when something does', async () => {
      const { near, far } = await start()
      // It is there but not open: it neither reads nor says anything.
      await far.report()
      near.open()
      near.send(FLOOD.count, FLOOD.size)
      const begin = performance.now()
      await until(() => near.report.stalls > 0, 'a stall')
      assert.ok(performance.now() - begin < 10 * LIMITS.stallMs)
      assert.equal(near.link.stalled, true)
      await far.open()
      await until(() => near.report.drains > 0, 'a drain')
      assert.deepEqual([near.link.stalled, near.link.needDrain], [false, false])
      await arrived(far, FLOOD.count)
      intact(await far.report(), FLOOD.count)
    })

    it('waits for a neighbour that is only held back itself', async () => {
      const { near, far } = await opened()
      await far.pause()
      near.send(FLOOD.count, FLOOD.size)
      const end = performance.now() + 5 * LIMITS.stallMs
      await until(() => performance.now() > end, 'some time to pass')
      assert.deepEqual([near.report.stalls, near.link.needDrain], [0, true])
      await far.resume()
      await arrived(far, FLOOD.count)
      intact(await far.report(), FLOOD.count)
    })

    it('does not read while it is paused', async () => {
      const { near, far } = await opened()
      await far.send(1, 10)
      await received(near, 1)
      near.link.pause()
      const before = near.report.bytes
      await far.send(FLOOD.count, FLOOD.size)
      let queued = -1
      const end = performance.now() + LIMITS.stallMs
      await until(async () => {
        const last = queued
        queued = (await far.report()).queuedBytes
        return queued === last && performance.now() > end
      }, 'the far end to get no further')
      assert.ok(queued > FLOOD.size)
      const read = near.report.bytes - before
      assert.ok(read <= capabilities.readAhead, `${read} bytes were read`)
      near.link.resume()
      await received(near, 1 + FLOOD.count)
      intact(near.report, 1 + FLOOD.count)
    })

    it('can be paused and resumed before it is opened', async () => {
      const { near, far } = await start()
      await far.open()
      near.link.resume()
      near.link.pause()
      await far.send(10, 1000)
      near.open()
      near.send(1, 10)
      await arrived(far, 1)
      assert.equal(near.report.frames, 0)
      near.link.resume()
      await received(near, 10)
      intact(near.report, 10)
    })

    it('sees the death of the other side although it was paused, after everything that came', async () => {
      const { near, far } = await opened()
      near.link.pause()
      await far.send(10, 1000)
      await far.end(100)
      await farClosed(far)
      near.link.resume()
      await nearClosed(near)
      if (capabilities.keepsBytes) intact(near.report, 10)
      assert.equal(near.report.closes.length, 1)
    })

    it('resolves a flush when its bytes have left, although more are sent all the time', async () => {
      const { near, far } = await opened()
      let sent = 0
      let pumping = true
      const pump = () => {
        if (!pumping) return
        setImmediate(pump)
        // Never idle, never far ahead.
        if (near.link.queuedBytes > 100_000) return
        near.send(2, 20_000)
        sent += 2
      }
      pump()
      for (let i = 0; i < 20; i++) await near.link.flush()
      pumping = false
      await arrived(far, sent)
      intact(await far.report(), sent)
    })

    it('leaves nothing behind', async () => {
      const { near, far, leftovers } = await opened()
      near.send(10, 1000)
      await near.link.end(5000)
      await farClosed(far)
      await until(() => (leftovers?.() ?? 0) === 0, 'all listeners to be gone')
    })
  })
}
