import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { FramedStream, frameStream } from '../../../src/serve/streams/frame-stream.js'
import { bytesOf } from './frame-vectors.js'
import { frame, framedPair, rawPair, warningOf } from './framed-pair.js'

const CLOSED = { code: 'ERR_IPEM_CLOSED' }

describe('closing a framed stream', () => {
  it('sends what waits, and waits for the other side', async (t) => {
    const [near, far] = await framedPair(t)
    far.socket.pause()
    const value = Buffer.alloc(5_000_000, 7)
    assert.equal(near.framed.send(value), false)
    near.framed.send('last')
    near.framed.close()
    assert.equal(near.framed.readyState, FramedStream.CLOSING)
    far.framed.send('still comes')
    far.socket.resume()
    assert.deepEqual(await far.closed, [value, 'last', 'close'])
    assert.deepEqual(await near.closed, ['still comes', 'close'])
    assert.equal(near.framed.readyState, FramedStream.CLOSED)
    assert.equal(far.framed.readyState, FramedStream.CLOSED)
  })

  it('refuses to send any more, at either side', async (t) => {
    const [near, far] = await framedPair(t)
    near.framed.close()
    assert.throws(() => near.framed.send(1), CLOSED)
    await Promise.all([near.closed, far.closed])
    assert.throws(() => near.framed.send(1), CLOSED)
    assert.throws(() => far.framed.send(1), CLOSED)
  })

  it('from both sides at once loses nothing', async (t) => {
    const [near, far] = await framedPair(t)
    for (const { framed } of [near, far]) {
      framed.send('last')
      framed.close()
      framed.close()
    }
    assert.deepEqual(await Promise.all([near.closed, far.closed]), [
      ['last', 'close'],
      ['last', 'close'],
    ])
  })

  it('ends this side also where the stream could stay half open', async (t) => {
    const [near, far] = await rawPair(t)
    near.allowHalfOpen = true
    const end = frame(near)
    far.resume().end()
    assert.deepEqual(await end.closed, ['close'])
  })

  it('leaves no listener on the stream', async (t) => {
    const [near, far] = await rawPair(t)
    const events = ['data', 'end', 'error', 'drain', 'close']
    const count = () => events.map((event) => near.listenerCount(event))
    const before = count()
    const { framed, closed } = frame(near)
    far.resume()
    framed.close()
    await closed
    await new Promise(setImmediate)
    for (const [index, now] of count().entries()) assert.ok(now <= (before[index] as number), events[index])
  })

  it('is told also if the stream was closed before it was framed', async (t) => {
    const [near] = await rawPair(t)
    near.destroy()
    await once(near, 'close')
    const end = frame(near)
    assert.throws(() => end.framed.send(1), CLOSED)
    assert.deepEqual(await end.closed, ['close'])
    end.framed.close()
  })

  it('by destroying the stream within a listener lets no further message come', async (t) => {
    const [near, far] = await rawPair(t)
    const end = frame(near)
    end.framed.on('message', () => near.destroy())
    far.on('error', () => {})
    far.write(bytesOf('00 31 ff 00 32 ff'))
    assert.deepEqual(await end.closed, [1, 'close'])
  })
})

describe('a failure of a framed stream', () => {
  const ROWS: [what: string, hex: string, notes: unknown[]][] = [
    ['junk', '41', ['ERR_IPEM_PROTOCOL']],
    ['bad JSON behind a good value', '00 31 ff 00 7b ff 00 32 ff', [1, 'ERR_IPEM_PROTOCOL']],
    ['a frame over the limit', '80 ff ff ff 7f', ['ERR_IPEM_TOO_LARGE']],
  ]
  for (const [what, hex, notes] of ROWS) {
    it(`is an error and the end of the stream: ${what}`, async (t) => {
      const [near, far] = await rawPair(t)
      const end = frame(near, { maxPayload: 1000 })
      far.on('error', () => {})
      far.resume().write(bytesOf(hex))
      assert.deepEqual(await end.closed, [...notes, 'close'])
      assert.ok(near.destroyed)
      assert.throws(() => end.framed.send(1), CLOSED)
    })
  }

  it('is an end within a frame', async (t) => {
    const [near, far] = await rawPair(t)
    const end = frame(near)
    far.resume().end(bytesOf('00 31 ff 00 31'))
    assert.deepEqual(await end.closed, [1, 'ERR_IPEM_PROTOCOL', 'close'])
  })

  it('of the stream below is an error with its cause', async (t) => {
    const [near] = await rawPair(t)
    const end = frame(near)
    const cause = new Error('broken')
    const failed = new Promise<unknown>((resolve) => end.framed.on('error', resolve))
    near.destroy(cause)
    assert.equal(((await failed) as Error).cause, cause)
    assert.deepEqual(await end.closed, ['ERR_IPEM_UNREACHABLE', 'close'])
  })

  it('is one if the stream is given an encoding', async (t) => {
    const [near, far] = await rawPair(t)
    const end = frame(near)
    near.setEncoding('latin1')
    far.on('error', () => {})
    far.write(bytesOf('00 31 ff'))
    assert.deepEqual(await end.closed, ['ERR_IPEM_PROTOCOL', 'close'])
  })

  it('is a warning where nobody listens', async (t) => {
    const [near, far] = await rawPair(t)
    const framed = frameStream(Object.assign(near, { id: 'child-2' }))
    const closed = new Promise<void>((resolve) => framed.on('close', resolve))
    far.on('error', () => {})
    const warning = await warningOf(() => far.write('junk'))
    assert.equal(warning.name, 'IpemWarning')
    assert.equal(warning.code, 'ERR_IPEM_PROTOCOL')
    assert.match(warning.message, /got 6a \(stream to child-2\)$/)
    await closed
  })

  it('in sending is thrown at the call, and the stream goes on', async (t) => {
    const [near, far] = await framedPair(t, { maxPayload: 10 })
    assert.throws(() => near.framed.send('x'.repeat(9)), { code: 'ERR_IPEM_TOO_LARGE', limit: 10, size: 11 })
    assert.throws(() => near.framed.send({ a: [undefined] }), { code: 'ERR_IPEM_UNSERIALIZABLE', path: 'value.a[0]' })
    near.framed.send('x'.repeat(8))
    near.framed.close()
    assert.deepEqual(await far.closed, ['x'.repeat(8), 'close'])
  })
})
