import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { PassThrough } from 'node:stream'
import { describe, it } from 'node:test'
import { FramedStream, type FrameEvent, frameStream } from '../../../src/serve/streams/frame-stream.js'
import { uncaught } from '../../ipem/family.js'
import { bytesOf } from './frame-vectors.js'
import { frame, framedPair, rawPair } from './framed-pair.js'

describe('a framed stream', () => {
  it('brings values of all kinds to the other side, in order, both ways', async (t) => {
    const [near, far] = await framedPair(t)
    const values = ['text', 1.5, true, null, { foo: 'bar' }, [1, [2]], Buffer.from([0, 255]), '']
    for (const value of values) {
      near.framed.send(value)
      far.framed.send([value, 1].slice(1))
    }
    near.framed.close()
    assert.deepEqual(await far.closed, [...values, 'close'])
    assert.deepEqual(await near.closed, [...values.map(() => [1]), 'close'])
  })

  it('reads and writes the bytes of an old multi-node', async (t) => {
    const [near, old] = await rawPair(t)
    const { framed, closed } = frame(near)
    old.write(bytesOf('00 7b22666f6f223a22626172227d ff 00 6e756c6c'))
    framed.send({ foo: 'bar' })
    framed.send(null)
    const read: Buffer[] = []
    old.on('data', (chunk) => read.push(chunk))
    await once(old, 'data')
    old.end(bytesOf('ff'))
    await once(old, 'end')
    assert.deepEqual(Buffer.concat(read), bytesOf('00 7b22666f6f223a22626172227d ff 00 6e756c6c ff'))
    assert.deepEqual(await closed, [{ foo: 'bar' }, null, 'close'])
  })

  it('has the id of the stream, the stream, and the states by name', async (t) => {
    const [near, far] = await rawPair(t)
    const framed = frameStream(Object.assign(near, { id: 'child-2' }))
    assert.equal(framed.id, 'child-2')
    assert.equal(framed.stream, near)
    assert.equal(frameStream(far).id, undefined)
    for (const names of [framed, FramedStream]) {
      assert.deepEqual([names.CONNECTING, names.OPEN, names.CLOSING, names.CLOSED], [0, 1, 2, 3])
    }
  })

  it('may be sent to while it connects', async (t) => {
    const server = net.createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => server.close())
    const near = frame(net.connect((server.address() as net.AddressInfo).port, '127.0.0.1'))
    assert.equal(near.framed.readyState, FramedStream.CONNECTING)
    near.framed.send('early')
    assert.equal(near.framed.bufferedAmount, 9)
    const far = frame((await once(server, 'connection'))[0])
    near.framed.close()
    assert.deepEqual(await far.closed, ['early', 'close'])
  })

  it('keeps the order where a listener causes the next bytes', () => {
    const stream = new PassThrough()
    const { framed, notes } = frame(stream as unknown as net.Socket)
    framed.on('message', (value) => value < 4 && stream.emit('data', bytesOf(`00 3${value + 2} ff`)))
    stream.emit('data', bytesOf('00 31 ff 00 32 ff'))
    assert.deepEqual(notes, [1, 2, 3, 4, 5])
  })

  it('has room again at drain, and nothing is lost', async (t) => {
    const [near, far] = await framedPair(t)
    far.socket.pause()
    const value = Buffer.alloc(100_000, 1)
    let sent = 1
    while (near.framed.send(value)) sent++
    assert.ok(near.framed.bufferedAmount > 0)
    const drained = new Promise<void>((resolve) => near.framed.once('drain', resolve))
    far.socket.resume()
    await drained
    assert.equal(near.framed.bufferedAmount, 0)
    near.framed.close()
    assert.deepEqual(await far.closed, [...Array.from({ length: sent }, () => value), 'close'])
  })
})

describe('listeners of a framed stream', () => {
  it('get events as in the browser, and the attributes too', () => {
    const stream = new PassThrough()
    const framed = frameStream(stream)
    const events: [string, FrameEvent<FramedStream>][] = []
    const add = (who: string) => (event: FrameEvent<FramedStream>) => events.push([who, event])
    framed.onmessage = add('attribute')
    const listener = add('listener')
    framed.addEventListener('message', listener)
    framed.addEventListener('message', listener)
    framed.addEventListener('message', { handleEvent: add('object') })
    framed.addEventListener('message', add('once'), { once: true })
    const event = { type: 'message', target: framed, data: 1 }
    stream.emit('data', bytesOf('00 31 ff'))
    assert.deepEqual(
      events.splice(0),
      ['listener', 'object', 'once', 'attribute'].map((who) => [who, event]),
    )
    framed.removeEventListener('message', listener)
    framed.onmessage = null
    stream.emit('data', bytesOf('00 31 ff'))
    assert.deepEqual(events, [['object', event]])
  })

  it('of error and close get events too', async () => {
    const stream = new PassThrough()
    const framed = frameStream(stream)
    const events: unknown[] = []
    framed.addEventListener('error', ({ type, error, target }) => events.push([type, (error as Error).name, target]))
    framed.onerror = ({ error }) => events.push((error as { code: string }).code)
    framed.addEventListener('close', (event) => events.push(event))
    stream.write('junk')
    await new Promise((resolve) => {
      framed.onclose = resolve
    })
    assert.deepEqual(events, [['error', 'IpemError', framed], 'ERR_IPEM_PROTOCOL', { type: 'close', target: framed }])
  })

  it('that throw keep neither others nor later messages from coming', async () => {
    const stream = new PassThrough()
    const framed = frameStream(stream)
    const calls: unknown[] = []
    const throws = (who: string) => () => {
      calls.push(who)
      throw new Error(who)
    }
    framed.once('message', throws('once'))
    framed.addEventListener('message', throws('listener'))
    framed.on('message', (value) => calls.push(value))
    framed.onmessage = throws('attribute')
    const errors = await uncaught(5, () => stream.emit('data', bytesOf('00 31 ff 00 32 ff')))
    assert.deepEqual(calls, ['once', 'listener', 1, 'attribute', 'listener', 2, 'attribute'])
    assert.deepEqual(
      errors.map((error) => (error as Error).message),
      calls.filter((call) => typeof call === 'string'),
    )
  })
})

describe('frameStream', () => {
  it('refuses options that are wrong', () => {
    for (const maxPayload of [0, -1, 1.5, Number.NaN, 2 ** 30 + 1, '1' as unknown as number]) {
      assert.throws(() => frameStream(new PassThrough(), { maxPayload }), {
        code: 'ERR_IPEM_INVALID_OPTION',
        option: 'maxPayload',
      })
    }
    assert.throws(() => frameStream(new PassThrough(), { max: 1 } as object), { option: 'max' })
    for (const maxPayload of [1, 2 ** 30, undefined]) frameStream(new PassThrough(), { maxPayload })
  })

  it('refuses what is no duplex stream of bytes', () => {
    const encoded = new PassThrough().setEncoding('utf8')
    for (const stream of [null, {}, () => {}, new PassThrough({ objectMode: true }), encoded]) {
      assert.throws(() => frameStream(stream as PassThrough), { code: 'ERR_IPEM_INVALID_ARG', argument: 'stream' })
    }
  })
})
