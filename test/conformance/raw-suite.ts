// What a link over a byte stream has to do with bytes that no link would send, or not in such pieces.

import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { afterEach, describe, it } from 'node:test'
import { StreamLink } from '../../src/link/stream-link.js'
import { encodeFrame, FrameKind } from '../../src/wire/frame.js'
import { LIMITS, LinkEnd, numberedBody, until } from './link-end.js'
import { type Medium, type SocketPair, socketPair } from './sockets.js'

const MALFORMED: [what: string, hex: string][] = [
  ['a frame of no length', '0000000006'],
  ['a kind that does not exist', '010000000b'],
  ['a frame above the limit', '0100000406'],
  ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n').toString('hex')],
]

export function rawSuite(medium: Medium): void {
  describe(`bytes over ${medium}`, () => {
    const open: SocketPair[] = []
    afterEach(() => {
      for (const { dispose } of open.splice(0)) dispose()
    })

    async function connect(rest: Buffer | null = null, isOpen = true) {
      const pair = await socketPair(medium)
      open.push(pair)
      const near = new LinkEnd(new StreamLink(pair.near, 'socket', LIMITS, rest))
      const got: Buffer[] = []
      pair.far.on('data', (chunk) => got.push(chunk)).on('error', () => {})
      if (isOpen) near.open()
      return { near, socket: pair.near, far: pair.far, got: () => Buffer.concat(got) }
    }

    const closed = (near: LinkEnd) => until(() => near.report.closes.length > 0, 'the link to close')

    it('come one at a time', async () => {
      const { near, far } = await connect()
      for (const byte of frames([0, 1, 300, 5])) {
        await new Promise((resolve) => far.write(Buffer.of(byte), resolve))
      }
      await until(() => near.report.frames === 4, 'four frames')
      assert.equal(near.report.fault, null)
    })

    it('come all at once, and more behind what somebody else has read', async () => {
      const all = frames([0, 1, 300, 5, 70_000, 2])
      const { near, far } = await connect(all.subarray(0, 100))
      far.write(all.subarray(100))
      await until(() => near.report.frames === 6, 'six frames')
      assert.equal(near.report.fault, null)
    })

    for (const [what, hex] of MALFORMED) {
      it(`are ${what}: the owner is told, can refuse, and the link closes`, async () => {
        const { near, far, got } = await connect()
        const farClosed = new Promise((resolve) => far.on('close', resolve))
        far.write(Buffer.concat([frames([10, 10]), Buffer.from(hex, 'hex'), frames([10])]))
        await closed(near)
        await farClosed
        assert.equal(near.report.frames, 2)
        assert.deepEqual(near.report.malformed, ['ERR_IPEM_PROTOCOL'])
        assert.deepEqual(near.report.closes, [{ kind: 'error', code: 'ERR_IPEM_PROTOCOL' }])
        assert.deepEqual(got(), encodeFrame(FrameKind.refuse, Buffer.from('ERR_IPEM_PROTOCOL')))
      })
    }

    it('are malformed while a lot is queued: the refusal comes behind that', async () => {
      const { near, far, got } = await connect()
      far.pause()
      near.send(100, 100_000)
      far.write(Buffer.from('0000000006', 'hex'))
      await closed(near)
      far.resume()
      const last = encodeFrame(FrameKind.refuse, Buffer.from('ERR_IPEM_PROTOCOL'))
      await until(() => got().subarray(-last.length).equals(last), 'the refusal')
    })

    it('are malformed and nothing is read: the socket is closed all the same', async () => {
      const { near, far, socket } = await connect()
      far.pause()
      near.send(320, 100_000)
      far.write(Buffer.from('0000000006', 'hex'))
      await closed(near)
      await until(() => socket.destroyed, 'the socket to be closed', 4000)
    })

    it('end in the middle of a frame: that one is not reported', async () => {
      const { near, far } = await connect()
      const all = frames([10, 50_000])
      far.end(all.subarray(0, all.length - 1))
      await closed(near)
      assert.equal(near.report.frames, 1)
      assert.deepEqual(near.report.closes, [{ kind: 'end', code: null }])
    })

    if (medium === 'tls') return

    it('still come when the other side has reset the connection and we find that out by writing', async () => {
      const { near, far } = await connect()
      await crash(near, far, [1000, 1000, 1000])
      // All in one turn of the loop: what came is not read yet.
      near.send(3, 1000)
      await closed(near)
      assert.deepEqual([near.report.frames, near.report.fault], [3, null])
      assert.deepEqual(near.report.closes, [{ kind: 'end', code: null }])
    })

    for (const state of ['paused', 'not open yet']) {
      it(`still come when the other side has reset the connection of a link that was ${state}`, async () => {
        const { near, far, socket } = await connect(null, state === 'paused')
        if (state === 'paused') near.link.pause()
        // Node reads ahead, then finds out, and would drop what it has.
        await crash(near, far, [1000, 1000, 1000], () => until(() => socket.readableLength > 0, 'bytes'))
        await until(() => socket.destroyed, 'the socket to break')
        if (state !== 'paused') near.open()
        await closed(near)
        assert.deepEqual([near.report.frames, near.report.fault], [3, null])
        assert.deepEqual(near.report.closes, [{ kind: 'end', code: null }])
      })
    }
  })
}

/** The far end writes and closes as an exit does: with input unread, so that the connection is reset. */
async function crash(near: LinkEnd, far: Socket, sizes: readonly number[], before = async () => {}): Promise<void> {
  ;(far as unknown as { _handle: { readStop(): void } })._handle.readStop()
  near.send(1, 1000)
  await near.link.flush()
  await new Promise((resolve) => far.write(frames(sizes), resolve))
  await before()
  far.destroy()
}

/** A stream of numbered frames of a kind that is not treated specially. */
function frames(sizes: readonly number[]): Buffer {
  return Buffer.concat(sizes.map((size, sequence) => encodeFrame(FrameKind.topology, numberedBody(sequence, size))))
}
