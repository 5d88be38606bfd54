import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SendQueue, type Sink } from '../../src/link/send-queue.js'
import { FrameKind } from '../../src/wire/frame.js'

const LIMITS = { highWaterMark: 10_000, stallMs: 1000, maxFrame: 1_000_000 }
const BODY = Buffer.alloc(995)
const FRAME = 1000

/** A medium that takes what it is given when the test says so, or at once. */
class Medium implements Sink {
  readonly writes: number[] = []
  readonly told: string[] = []
  atOnce = false
  left = 0
  onWrite = () => {}

  write(chunks: Buffer[]): boolean {
    assert.equal(this.left, 0, 'the last write is not taken yet')
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    this.writes.push(bytes)
    if (!this.atOnce) this.left = bytes
    this.onWrite()
    return this.atOnce
  }

  unwritten(): number {
    return this.left
  }

  onDrain(): void {
    this.told.push('drain')
  }

  onStall(): void {
    this.told.push('stall')
  }
}

function make() {
  const medium = new Medium()
  const queue = new SendQueue(LIMITS, medium)
  const taken = () => {
    medium.left = 0
    queue.written()
  }
  const send = (count: number, body = BODY) => {
    for (let i = 0; i < count; i++) queue.send(FrameKind.topology, body)
  }
  return { medium, queue, taken, send }
}

const tick = () => new Promise<void>((resolve) => process.nextTick(resolve))

describe('a queue of frames to send', () => {
  it('writes all of a tick at once, at its end', async () => {
    const { medium, queue, send } = make()
    send(3)
    queue.sendEvent(1, 0, BODY, 0, 993, 'keep')
    assert.deepEqual([medium.writes, queue.bytes], [[], 4 * FRAME])
    await tick()
    assert.deepEqual([medium.writes, queue.bytes], [[4 * FRAME], 4 * FRAME])
  })

  it('writes 64 KiB at once without waiting for the end of the tick', () => {
    const { medium, send } = make()
    send(66)
    assert.deepEqual(medium.writes, [66 * FRAME])
  })

  it('never writes before the last write is taken, then whatever came meanwhile', async () => {
    const { medium, taken, send } = make()
    send(1)
    await tick()
    send(70)
    await tick()
    send(5)
    await tick()
    assert.deepEqual(medium.writes, [FRAME])
    taken()
    assert.deepEqual(medium.writes, [FRAME, 75 * FRAME])
  })

  it('writes a long queue in steps of whole frames', async () => {
    const { medium, taken, send } = make()
    send(1)
    await tick()
    send(999)
    while (medium.left > 0) taken()
    const [first, ...rest] = medium.writes
    assert.equal(first, FRAME)
    assert.equal(
      rest.reduce((sum, bytes) => sum + bytes, 0),
      999 * FRAME,
    )
    for (const bytes of rest.slice(0, -1)) assert.ok(bytes >= 262_144 && bytes < 262_144 + 65_536, `${bytes} bytes`)
  })

  it('goes on at once with a medium that takes everything at once, without piling up calls', async () => {
    const { medium, send } = make()
    medium.atOnce = true
    let depth = 0
    medium.onWrite = () => assert.equal(++depth, 1)
    for (let i = 0; i < 500; i++) {
      send(1, Buffer.alloc(20_000))
      depth = 0
    }
    await tick()
    assert.equal(
      medium.writes.reduce((sum, bytes) => sum + bytes, 0),
      500 * 20_005,
    )
  })

  it('counts what the medium has taken of a write', async () => {
    const { medium, queue, send } = make()
    send(5)
    await tick()
    medium.left = 1500
    send(1)
    assert.equal(queue.bytes, 1500 + FRAME)
    medium.left = 0
    assert.equal(queue.bytes, 1 + FRAME, 'not empty before the medium has said so')
  })

  it('asks for a drain above the mark, and is content at half of it', async () => {
    const { medium, queue, taken, send } = make()
    send(10)
    assert.equal(queue.needDrain, false)
    send(1)
    assert.equal(queue.needDrain, true)
    await tick()
    send(6)
    taken()
    assert.deepEqual([queue.needDrain, medium.told], [true, []], '6,000 bytes are more than half')
    send(5)
    taken()
    assert.deepEqual([queue.needDrain, medium.told], [false, ['drain']])
    taken()
    assert.deepEqual(medium.told, ['drain'])
  })

  it('tells of a drain also where the medium took everything at once, but not within the send', () => {
    const { medium, queue, send } = make()
    medium.atOnce = true
    send(1, Buffer.alloc(100_000))
    assert.deepEqual([medium.writes.length, queue.needDrain, medium.told], [1, true, []])
    queue.settle()
    assert.deepEqual([queue.needDrain, medium.told], [false, ['drain']])
  })

  it('resolves a flush when what was sent before it is out', async () => {
    const { queue, taken, send } = make()
    const done: string[] = []
    await queue.flush().then(() => done.push('nothing'))
    send(1)
    void queue.flush().then(() => done.push('first'))
    send(1)
    void queue.flush().then(() => done.push('second'))
    await tick()
    assert.deepEqual(done, ['nothing'])
    taken()
    send(1)
    await tick()
    assert.deepEqual(done, ['nothing', 'first'])
    taken()
    await tick()
    assert.deepEqual(done, ['nothing', 'first', 'second'])
  })

  it('gives everything up when it is closed: no drain, no write, no flush left waiting', async () => {
    const { medium, queue, send } = make()
    send(70)
    send(20)
    const flush = queue.flush()
    queue.close()
    await flush
    await tick()
    await queue.flush()
    assert.deepEqual([medium.writes.length, medium.told, queue.needDrain, queue.stalled], [1, [], false, false])
  })

  it('in a hurry, hands over after each send', async () => {
    const { medium, queue, send } = make()
    send(1)
    const taken: number[] = []
    queue.hurry(() => taken.push(queue.take().reduce((sum, chunk) => sum + chunk.length, 0)))
    send(1)
    send(1)
    send(1, Buffer.alloc(70_000))
    await tick()
    assert.deepEqual(
      taken.filter((bytes) => bytes > 0),
      [2 * FRAME, FRAME, 70_005],
    )
    assert.deepEqual(medium.writes, [])
  })
})
