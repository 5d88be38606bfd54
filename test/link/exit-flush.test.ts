import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { flushAtExit } from '../../src/link/exit-flush.js'
import type { Link } from '../../src/link/link.js'
import { MemoryLink } from '../../src/link/memory-link.js'
import { StreamLink } from '../../src/link/stream-link.js'
import { FrameKind } from '../../src/wire/frame.js'
import { LIMITS, LinkEnd } from '../conformance/link-end.js'
import { socketPair } from '../conformance/sockets.js'

/** A link that is done after so many steps, and leaves so many frames before that. */
function slow(steps: number, frames: number) {
  const link = {
    steps: 0,
    flushStep: () => ++link.steps >= steps,
    unsentFrames: () => (link.steps >= steps ? 0 : frames),
  }
  return link as typeof link & Link
}

describe('the flush at an exit', () => {
  it('goes on with every link until all are done, and asks none once more', () => {
    const links = [slow(1, 5), slow(7, 5), slow(3, 5)]
    assert.equal(flushAtExit(links, 1000), 0)
    assert.deepEqual(
      links.map(({ steps }) => steps),
      [1, 7, 3],
    )
  })

  it('ends at its deadline and counts what is left; one that has stopped costs the others nothing', () => {
    const links = [slow(Number.POSITIVE_INFINITY, 5), slow(3, 7), slow(Number.POSITIVE_INFINITY, 2)]
    const start = performance.now()
    assert.equal(flushAtExit(links, 50), 7)
    const ms = performance.now() - start
    assert.ok(ms >= 50 && ms < 1000, `took ${ms} ms`)
  })

  it('tries once where there is no time', () => {
    const link = slow(2, 9)
    assert.equal(flushAtExit([link], 0), 9)
    assert.equal(link.steps, 1)
    assert.equal(flushAtExit([], 0), 0)
  })

  it('gives a memory link up: its other end exits, too', () => {
    const [link] = MemoryLink.pair(LIMITS)
    link.send(FrameKind.ping, Buffer.alloc(0))
    assert.equal(flushAtExit([link], 1000), 0)
  })

  it('does not wait long for a neighbour over TCP that exits at the same time', async (t) => {
    const { near, far, dispose } = await socketPair('tcp')
    t.after(dispose)
    const ends = [near, far].map((socket) => new LinkEnd(new StreamLink(socket, 'socket', LIMITS)))
    for (const end of ends) {
      end.open()
      end.send(100, 100)
    }
    const start = performance.now()
    assert.equal(
      flushAtExit(
        ends.map(({ link }) => link),
        5000,
      ),
      0,
    )
    assert.ok(performance.now() - start < 1000, `took ${performance.now() - start} ms`)
    for (const end of ends) end.link.destroy()
  })

  it('reports only the frames that somebody still waits for', async (t) => {
    const { near, far, dispose } = await socketPair('unix')
    t.after(dispose)
    const end = new LinkEnd(new StreamLink(near, 'socket', LIMITS))
    const other = new LinkEnd(new StreamLink(far, 'socket', LIMITS))
    end.open()
    end.send(1, 10)
    other.send(20, 10)
    await other.link.flush()
    // Nothing was read in this turn of the loop: it is read now.
    end.link.receiveSync(1000, () => end.report.frames >= 3)
    assert.deepEqual([end.report.frames, end.report.fault], [3, null])
    const start = performance.now()
    end.link.receiveSync(30, () => false)
    assert.ok(performance.now() - start >= 30)
    end.link.destroy()
  })
})
