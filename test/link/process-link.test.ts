import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { describe, it } from 'node:test'
import { type IpcChannel, ProcessLink } from '../../src/link/process-link.js'
import { encodeFrame, FrameKind } from '../../src/wire/frame.js'
import { LIMITS, LinkEnd } from '../conformance/link-end.js'

interface Marked {
  readonly cmd: string
  readonly frames?: string
  readonly taken?: number
  readonly over?: string
}

/** The end of an IPC channel that a test looks at and speaks for the other side of. */
class Channel extends EventEmitter implements IpcChannel {
  connected = true
  readonly sent: Marked[] = []
  full = false

  send(message: unknown): boolean {
    this.sent.push(structuredClone(message) as Marked)
    return !this.full && this.connected
  }

  /** What the other side says. */
  say(word: object): void {
    this.emit('internalMessage', { cmd: 'NODE_IPEM', ...word })
  }

  frames(...bodies: Buffer[]): void {
    this.say({ frames: Buffer.concat(bodies.map((body) => encodeFrame(FrameKind.topology, body))).toString('base64') })
  }

  get bytes(): number {
    return this.sent.reduce(
      (sum, { frames }) => sum + (frames === undefined ? 0 : Buffer.from(frames, 'base64').length),
      0,
    )
  }
}

function make(open = true) {
  const channel = new Channel()
  const end = new LinkEnd(new ProcessLink(channel, LIMITS))
  if (open) end.open()
  return { channel, end, link: end.link }
}

const tick = () => new Promise((resolve) => setImmediate(resolve))

describe('a link over process.send', () => {
  it('speaks in messages that Node keeps away from the user', async () => {
    const { channel, end } = make()
    end.send(1, 0, FrameKind.interest)
    await tick()
    assert.deepEqual(channel.sent, [{ cmd: 'NODE_IPEM', frames: 'AQAAAAc=' }])
  })

  it('sends large frames in several messages, the next write when all were answered', async () => {
    const { channel, end, link } = make()
    end.send(1, 600_000)
    await tick()
    assert.deepEqual(
      channel.sent.map(({ frames }) => Buffer.from(frames as string, 'base64').length),
      [262_144, 262_144, 75_719],
    )
    end.send(1, 10)
    await tick()
    assert.equal(channel.sent.length, 3)
    channel.say({ taken: 262_144 })
    assert.equal(link.queuedBytes, 262_144 + 75_719 + 17)
    channel.say({ taken: 262_144 })
    channel.say({ taken: 75_719 })
    assert.equal(channel.sent.length, 4)
    channel.say({ taken: 17 })
    assert.equal(link.queuedBytes, 0)
  })

  it('answers what it has read, and only that', async () => {
    const { channel, link, end } = make()
    channel.frames(Buffer.alloc(3), Buffer.alloc(4))
    assert.deepEqual(channel.sent, [{ cmd: 'NODE_IPEM', taken: 17 }])
    link.pause()
    channel.frames(Buffer.alloc(5))
    await tick()
    assert.deepEqual([channel.sent.length, end.report.frames], [1, 2])
    link.resume()
    await tick()
    assert.deepEqual([channel.sent.at(-1), end.report.frames], [{ cmd: 'NODE_IPEM', taken: 10 }, 3])
  })

  it('takes no notice of what is not its own, or not sound', async () => {
    const { channel, end, link } = make()
    end.send(1, 10)
    await tick()
    for (const message of [null, 'NODE_IPEM', 7, { cmd: 'NODE_CLUSTER', frames: 'AQAAAAg=' }, { cmd: 'NODE_IPEM' }]) {
      channel.emit('internalMessage', message)
    }
    for (const word of [
      { frames: 7 },
      { taken: '17' },
      { taken: Number.NaN },
      { taken: -1 },
      { over: 'all' },
      { frames: '' },
    ]) {
      channel.say(word)
    }
    assert.deepEqual([link.closed, link.queuedBytes, end.report.frames], [false, 17, 0])
    channel.say({ taken: 1e9 })
    assert.equal(link.queuedBytes, 0)
    channel.say({ taken: 17 })
    end.send(1, 10)
    await tick()
    assert.equal(link.queuedBytes, 17)
  })

  it('refuses what is not the protocol, and leaves the channel', async () => {
    const { channel, end } = make()
    channel.say({ frames: Buffer.from('not the protocol').toString('base64') })
    assert.deepEqual(end.report.closes, [{ kind: 'error', code: 'ERR_IPEM_PROTOCOL' }])
    assert.deepEqual(
      channel.sent.map(({ frames, over, taken }) => frames ?? over ?? taken),
      [encodeFrame(FrameKind.refuse, Buffer.from('ERR_IPEM_PROTOCOL')).toString('base64'), 'gone', 16],
    )
    assert.deepEqual(channel.eventNames(), [])
    assert.equal(channel.connected, true)
  })

  it('ends when both have said so', async () => {
    const { channel, end, link } = make()
    end.endOnBye = null
    const ended = link.end(5000)
    await tick()
    channel.say({ taken: 5 })
    await tick()
    assert.deepEqual(channel.sent.at(-1), { cmd: 'NODE_IPEM', over: 'end' })
    assert.equal(link.closed, false)
    channel.frames(Buffer.alloc(4))
    channel.say({ over: 'end' })
    await ended
    assert.deepEqual([end.report.frames, end.report.closes], [1, [{ kind: 'local', code: null }]])
    assert.deepEqual(channel.eventNames(), [])
  })

  it('ends at once when the other side is gone, whatever waits for an answer', async () => {
    for (const leave of [
      (channel: Channel) => channel.say({ over: 'gone' }),
      (channel: Channel) => channel.emit('disconnect'),
    ]) {
      const { channel, end, link } = make()
      end.send(10, 1000)
      await tick()
      const ended = link.end(60_000)
      leave(channel)
      await ended
      assert.equal(end.report.closes.length, 1)
      assert.deepEqual(channel.eventNames(), [])
    }
  })

  it('keeps what came before it was opened, the end included', async () => {
    const { channel, end } = make(false)
    channel.frames(Buffer.alloc(3))
    channel.connected = false
    channel.emit('disconnect')
    await tick()
    end.open()
    assert.equal(end.report.frames, 0)
    await tick()
    assert.deepEqual([end.report.frames, end.report.closes], [1, [{ kind: 'end', code: null }]])
  })

  it('on a channel that is closed already says so when it is opened', async () => {
    const channel = new Channel()
    channel.connected = false
    const end = new LinkEnd(new ProcessLink(channel, LIMITS))
    end.open()
    end.send(1, 10)
    await tick()
    assert.deepEqual(end.report.closes, [{ kind: 'end', code: null }])
  })

  it('at an exit gives the channel all it has, and counts it where the channel is full', () => {
    for (const full of [false, true]) {
      const { channel, end, link } = make()
      channel.full = full
      end.send(20, 1000)
      assert.equal(link.flushStep(performance.now() + 1000), true)
      assert.equal(channel.bytes, 20 * 1007)
      assert.equal(link.unsentFrames(), full ? 20 : 0)
      end.send(1, 10)
      assert.equal(channel.bytes, 20 * 1007 + 17)
    }
  })
})
