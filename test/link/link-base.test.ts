import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { IpemError } from '../../src/errors.js'
import type { LinkHandlers } from '../../src/link/link.js'
import { MemoryLink } from '../../src/link/memory-link.js'
import { encodeFrame, FrameKind } from '../../src/wire/frame.js'
import { LIMITS, LinkEnd } from '../conformance/link-end.js'

/** Two ends whose bytes move only when the test says so. */
function connect(limits = LIMITS) {
  const tasks: (() => void)[] = []
  const [a, b] = MemoryLink.pair(limits, (task) => tasks.push(task))
  const near = new LinkEnd(a)
  const far = new LinkEnd(b)
  /** Ends the tick, then moves bytes until nothing is left to move. */
  const move = async () => {
    for (let idle = 0; idle < 3; ) {
      await new Promise((resolve) => setImmediate(resolve))
      idle = tasks.length === 0 ? idle + 1 : 0
      for (const task of tasks.splice(0)) task()
    }
  }
  return { near, far, tasks, move }
}

const REFUSAL = new IpemError('ERR_IPEM_PROTOCOL', 'no such thing')

describe('a link whose owner', () => {
  it('refuses a frame is closed with that error, and the other side is told', async () => {
    const { near, far, move } = connect()
    near.open()
    far.open()
    near.onEach = () => {
      throw REFUSAL
    }
    far.send(3, 10, FrameKind.header)
    await move()
    assert.equal(near.report.frames, 1)
    assert.deepEqual(near.report.malformed, ['ERR_IPEM_PROTOCOL'])
    assert.deepEqual(near.report.closes, [{ kind: 'error', code: 'ERR_IPEM_PROTOCOL' }])
    assert.deepEqual(far.report.kinds, [FrameKind.refuse])
    assert.deepEqual(far.report.closes, [{ kind: 'end', code: null }])
  })

  it('fails in the middle of a frame is closed, and the fault is not hidden', async () => {
    const { near, far, tasks, move } = connect()
    near.open()
    far.open()
    const fault = new TypeError('a bug')
    near.onEach = () => {
      throw fault
    }
    far.send(3, 10)
    await new Promise((resolve) => process.nextTick(resolve))
    assert.throws(
      () => {
        for (const task of tasks.splice(0)) task()
      },
      (error) => error === fault,
    )
    assert.equal(near.link.closed, true)
    assert.deepEqual(near.report.closes.length, 1)
    await move()
    assert.deepEqual([near.report.frames, near.report.malformed], [1, []])
    assert.deepEqual(far.report.closes, [{ kind: 'end', code: null }])
  })

  it('fails in onMalformed is closed all the same', async () => {
    const { near, far, tasks, move } = connect()
    const closes: string[] = []
    const handlers: LinkHandlers = {
      onFrame() {
        throw REFUSAL
      },
      onDrain() {},
      onStall() {},
      onMalformed() {
        throw new TypeError('a bug')
      },
      onClose: ({ kind }) => closes.push(kind),
    }
    near.link.open(handlers)
    far.link.send(FrameKind.ping, Buffer.alloc(0))
    await new Promise((resolve) => process.nextTick(resolve))
    assert.throws(() => {
      for (const task of tasks.splice(0)) task()
    }, TypeError)
    assert.deepEqual(closes, ['error'])
    await move()
  })

  it('ends it within a frame still gets the frames that come, but can send no more', async () => {
    const { near, far, move } = connect()
    near.open()
    far.open()
    near.onEach = () => {
      void near.link.end(5000)
      near.send(1, 10)
    }
    far.send(5, 10)
    await move()
    assert.equal(near.report.frames, 5)
    assert.deepEqual(far.report.kinds, [FrameKind.bye])
    assert.deepEqual(near.report.closes, [{ kind: 'local', code: null }])
  })

  it('pauses it within a frame gets no further chunk until it resumes', async () => {
    const { near, far, move } = connect()
    near.open()
    far.open()
    near.onEach = () => near.link.pause()
    far.send(1, 10)
    await move()
    far.send(1, 10)
    await move()
    assert.equal(near.report.frames, 1)
    near.onEach = () => {}
    near.link.resume()
    await move()
    assert.equal(near.report.frames, 2)
  })
})

describe('a link', () => {
  it('gives signs of life while it is paused, and none when it is resumed or closed', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const { near, far, move } = connect()
    near.open()
    far.open()
    near.link.pause()
    near.link.pause()
    for (let i = 0; i < 3; i++) {
      t.mock.timers.tick(LIMITS.stallMs / 4)
      await move()
    }
    assert.deepEqual(far.report.kinds, Array(3).fill(FrameKind.ping))
    near.link.resume()
    t.mock.timers.tick(10 * LIMITS.stallMs)
    await move()
    near.link.pause()
    near.link.destroy()
    t.mock.timers.tick(10 * LIMITS.stallMs)
    await move()
    assert.equal(far.report.kinds.length, 3)
  })

  it('keeps what came before it was opened apart from what comes in between', async () => {
    const { near, far, tasks, move } = connect()
    far.open()
    far.send(1, 10)
    // Read by the link, as of a socket that somebody else has resumed.
    near.link.resume()
    await new Promise((resolve) => process.nextTick(resolve))
    near.open()
    for (const task of tasks.splice(0)) task()
    far.send(2, 10)
    await move()
    assert.deepEqual([near.report.frames, near.report.fault], [3, null])
  })

  it('that was destroyed before it was opened says so once when it is', async () => {
    const { near, move } = connect()
    near.link.destroy()
    near.open()
    assert.deepEqual(near.report.closes, [])
    await move()
    assert.deepEqual(near.report.closes, [{ kind: 'local', code: null }])
  })

  it('that ends before it was opened lets go of the other side', async () => {
    const { near, far, move } = connect()
    far.open()
    far.send(5, 10)
    const ended = near.link.end(60_000)
    await move()
    await ended
    assert.deepEqual(far.report.kinds, [FrameKind.bye])
    assert.deepEqual(far.report.closes, [{ kind: 'local', code: null }])
  })

  it('cut off in the middle of a frame reports nothing of it', async () => {
    const { near, far, move } = connect()
    near.open()
    const whole = encodeFrame(FrameKind.topology, Buffer.alloc(10))
    const link = near.link as unknown as { received(chunk: Buffer): void }
    link.received(whole.subarray(0, 8))
    far.link.destroy()
    await move()
    assert.deepEqual([near.report.frames, near.report.closes], [0, [{ kind: 'end', code: null }]])
  })
})
