import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { IpemError } from '../../src/errors.js'
import { Acceptor, type AcceptorOptions } from '../../src/join/acceptor.js'
import { encodeFrame, FRAME_HEAD, FrameKind } from '../../src/wire/frame.js'
import { decodeRefuse, encodeHello, type PeerInfo } from '../../src/wire/handshake.js'
import { DialerHandshake } from '../../src/wire/handshake-machine.js'
import { COOKIE, memberOf, until } from './meeting.js'

interface Door {
  readonly self: PeerInfo
  readonly acceptor: Acceptor
  readonly accepted: string[]
  readonly reports: [text: string, error: IpemError][]
  readonly port: number
  connect(): Promise<net.Socket>
}

async function door(t: TestContext, more: Partial<AcceptorOptions> = {}): Promise<Door> {
  const self = memberOf('app')
  const accepted: string[] = []
  const reports: [string, IpemError][] = []
  const options = { self, cookie: COOKIE, handshakeTimeout: 5000, maxUnauthenticated: 4, accepts: () => null, ...more }
  const acceptor = new Acceptor(options, {
    onAccepted: (socket, { pid }) => {
      accepted.push(pid)
      socket.destroy()
    },
    onReport: (text, error) => reports.push([text, error]),
  })
  const server = net.createServer((socket) => acceptor.greet(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  const sockets: net.Socket[] = []
  t.after(() => {
    acceptor.close()
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const connect = async (): Promise<net.Socket> => {
    const socket = net.connect(port, '127.0.0.1').on('error', () => {})
    sockets.push(socket.resume())
    await once(socket, 'connect')
    return socket
  }
  return { self, acceptor, accepted, reports, port, connect }
}

/** All that comes until the other end closes. */
async function restOf(socket: net.Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  if (!socket.destroyed) await once(socket, 'close')
  return Buffer.concat(chunks)
}

function refusalIn(bytes: Buffer): IpemError {
  assert.equal(bytes[4], FrameKind.refuse)
  return decodeRefuse(bytes, FRAME_HEAD)
}

/** Goes through the whole handshake, as a joiner does. */
async function join(to: Door, self = memberOf('app')): Promise<string> {
  const socket = await to.connect()
  const dialer = new DialerHandshake({ self, cookie: COOKIE })
  socket.write(dialer.start())
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.write(dialer.onFrame(answer[4] as number, answer, FRAME_HEAD).send as Buffer)
  return self.pid
}

test('those who prove themselves before the door opens come in when it does, in their order', async (t) => {
  const to = await door(t)
  const pids = [await join(to), await join(to)]
  // A third one behind them has been answered, so their proofs have been read.
  const third = await to.connect()
  third.write(new DialerHandshake({ self: memberOf('app'), cookie: COOKIE }).start())
  await once(third, 'data')
  assert.deepEqual(to.accepted, [])
  to.acceptor.open()
  await until('both are in', () => to.accepted.length === 2)
  assert.deepEqual(to.accepted, pids)
})

test('silent connections, however many, do not keep a joiner out', async (t) => {
  const to = await door(t)
  to.acceptor.open()
  for (let count = 0; count < 300; count++) await to.connect()
  const pid = await join(to)
  await until('the joiner is in', () => to.accepted.includes(pid))
  assert.equal(to.reports.length, 1)
  assert.deepEqual([to.reports[0]?.[1].code, to.reports[0]?.[1].limit], ['ERR_IPEM_TOO_MANY', 4])
})

/** 100 silent ones, a hello, 100 silent ones; then says what the answer to the hello was: its kind, or nothing. */
const BURST = `
const { workerData: { port, hello, done }, parentPort } = require('node:worker_threads')
const net = require('node:net')
const connect = () => new Promise((resolve) => {
  const socket = net.connect(port, '127.0.0.1', () => resolve(socket)).on('error', () => {})
})
const crowd = () => Promise.all(Array.from({ length: 100 }, connect))
crowd().then(connect).then(async (joiner) => {
  joiner.write(hello)
  joiner.once('data', (answer) => parentPort.postMessage(answer[4])).once('close', () => parentPort.postMessage(null))
  await crowd()
  Atomics.store(done, 0, 1)
  Atomics.notify(done, 0)
})`

test('a burst of silent connections does not drown the hello among them', async (t) => {
  const to = await door(t)
  to.acceptor.open()
  const done = new Int32Array(new SharedArrayBuffer(4))
  const hello = new DialerHandshake({ self: memberOf('app'), cookie: COOKIE }).start()
  const worker = new Worker(BURST, { eval: true, workerData: { port: to.port, hello, done } })
  t.after(() => worker.terminate())
  await once(worker, 'online')
  // Nothing is accepted meanwhile, so that all of them come in one turn of the event loop.
  Atomics.wait(done, 0, 0, 10_000)
  const [kind] = await once(worker, 'message')
  assert.equal(kind, FrameKind.hello)
})

test('a joiner in the middle of its handshake is not shown out for silent ones', async (t) => {
  const to = await door(t)
  to.acceptor.open()
  const self = memberOf('app')
  const socket = await to.connect()
  const dialer = new DialerHandshake({ self, cookie: COOKIE })
  socket.write(dialer.start())
  const [answer] = (await once(socket, 'data')) as [Buffer]
  const silent: net.Socket[] = []
  for (let count = 0; count < 50; count++) silent.push(await to.connect())
  await until('the first silent ones are gone', () => silent.filter(({ destroyed }) => destroyed).length >= 46)
  socket.write(dialer.onFrame(answer[4] as number, answer, FRAME_HEAD).send as Buffer)
  await until('the joiner is in', () => to.accepted.includes(self.pid))
})

test('who is shown out for want of room is told so', async (t) => {
  const to = await door(t, { maxUnauthenticated: 1 })
  const first = await to.connect()
  await to.connect()
  assert.equal(refusalIn(await restOf(first)).code, 'ERR_IPEM_TOO_MANY')
})

/** One that has said hello and heard the answer. */
async function speak(to: Door): Promise<net.Socket> {
  const socket = await to.connect()
  socket.write(new DialerHandshake({ self: memberOf('app'), cookie: COOKIE }).start())
  const [answer] = (await once(socket, 'data')) as [Buffer]
  assert.equal(answer[4], FrameKind.hello)
  return socket
}

test('where all have spoken and are quick one of them all goes, whichever: nobody can keep the places', async (t) => {
  for (const [dice, leaving] of [
    [0, 0],
    [0.5, 1],
    [0.9, 2],
  ] as const) {
    const to = await door(t, { maxUnauthenticated: 2 })
    t.mock.method(Math, 'random', () => dice)
    const sockets = [await speak(to), await speak(to), await to.connect()]
    assert.equal(refusalIn(await restOf(sockets[leaving] as net.Socket)).code, 'ERR_IPEM_TOO_MANY')
    t.mock.reset()
    assert.deepEqual(
      sockets.map((socket, index) => index === leaving || !socket.destroyed),
      [true, true, true],
    )
  }
})

test('where all have spoken and one does not answer for a second, it goes', async (t) => {
  const to = await door(t, { maxUnauthenticated: 2 })
  const [first, second] = [await speak(to), await speak(to)]
  let told: Buffer = Buffer.alloc(0)
  first.on('data', (chunk: Buffer) => {
    told = chunk
  })
  const { now } = performance
  t.mock.method(performance, 'now', () => now.call(performance) + 1500)
  const third = await speak(to)
  await until('the oldest is gone', () => first.destroyed)
  assert.equal(refusalIn(told).code, 'ERR_IPEM_TOO_MANY')
  assert.deepEqual([second.destroyed, third.destroyed], [false, false])
})

test('a silent connection ends at the deadline, and so does one that sends a byte now and then', async (t) => {
  const to = await door(t, { handshakeTimeout: 100 })
  const silent = await to.connect()
  const slow = await to.connect()
  const hello = encodeFrame(
    FrameKind.hello,
    encodeHello({ ...memberOf('app'), role: 'dialer', nonce: Buffer.alloc(16) }),
  )
  const began = performance.now()
  const ends = Promise.all([restOf(silent), restOf(slow)])
  for (const byte of hello) {
    if (slow.destroyed) break
    slow.write(Buffer.of(byte))
    await sleep(5)
  }
  for (const bytes of await ends) assert.equal(refusalIn(bytes).code, 'ERR_IPEM_HANDSHAKE')
  assert.ok(performance.now() - began < 2000)
  assert.equal(to.reports.length, 1)
})

const attacks: [what: string, bytes: Buffer, code: string][] = [
  ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'ERR_IPEM_PROTOCOL'],
  ['a TLS hello', Buffer.from('1603010200010001fc0303', 'hex'), 'ERR_IPEM_PROTOCOL'],
  ['a length of 4 GiB', Buffer.from('ffffffff01', 'hex'), 'ERR_IPEM_PROTOCOL'],
  ['a length of 4,097', Buffer.from('0110000001', 'hex'), 'ERR_IPEM_PROTOCOL'],
  ['a length of nothing', Buffer.from('0000000001', 'hex'), 'ERR_IPEM_PROTOCOL'],
  ['a frame of no known kind', Buffer.from('01000000ff', 'hex'), 'ERR_IPEM_PROTOCOL'],
  ['an event', encodeFrame(FrameKind.event, Buffer.from([0, 0, 1])), 'ERR_IPEM_PROTOCOL'],
  ['a topology', encodeFrame(FrameKind.topology, Buffer.from([0])), 'ERR_IPEM_PROTOCOL'],
  ['a welcome', encodeFrame(FrameKind.welcome, Buffer.from([0])), 'ERR_IPEM_PROTOCOL'],
  ['a hello of garbage', encodeFrame(FrameKind.hello, Buffer.alloc(4000, 0x91)), 'ERR_IPEM_PROTOCOL'],
  [
    'a hello of another version',
    encodeFrame(FrameKind.hello, encodeHello({ ...memberOf('app'), role: 'dialer', nonce: Buffer.alloc(16) }, 7)),
    'ERR_IPEM_VERSION',
  ],
  [
    'a hello of another application',
    encodeFrame(FrameKind.hello, encodeHello({ ...memberOf('other'), role: 'dialer', nonce: Buffer.alloc(16) })),
    'ERR_IPEM_FOREIGN',
  ],
  [
    'a proof without a question',
    encodeFrame(FrameKind.hello, encodeHello({ ...memberOf('app'), role: 'dialer', proof: Buffer.alloc(32) })),
    'ERR_IPEM_PROTOCOL',
  ],
]

for (const [what, bytes, code] of attacks) {
  test(`${what} as the first bytes is answered with ${code}, told once, and nobody else notices`, async (t) => {
    const to = await door(t)
    to.acceptor.open()
    for (let round = 0; round < 3; round++) {
      const socket = await to.connect()
      socket.write(bytes)
      assert.equal(refusalIn(await restOf(socket)).code, code)
    }
    assert.deepEqual(
      to.reports.map(([, error]) => error.code),
      [code],
    )
    assert.match(to.reports[0]?.[0] ?? '', /^A connection from 127\.0\.0\.1 was turned away: /)
    const pid = await join(to)
    await until('a joiner is in', () => to.accepted.includes(pid))
  })
}

test('a peer that goes on sending after it was refused is cut off', async (t) => {
  const to = await door(t)
  const socket = await to.connect()
  const flood = setInterval(() => socket.write(Buffer.alloc(65_536, 0xff)), 1)
  await new Promise((resolve) => socket.on('close', resolve))
  clearInterval(flood)
})

test('a connection that ends before it says anything is no news', async (t) => {
  const to = await door(t)
  const socket = await to.connect()
  socket.end()
  await once(socket, 'close')
  const half = await to.connect()
  half.end(Buffer.from('0500', 'hex'))
  await restOf(half)
  assert.deepEqual(to.reports, [])
})

test('complaints are bounded, whatever reasons there are', async (t) => {
  const to = await door(t)
  const texts = (): string[] => to.reports.map(([text]) => text)
  // All from one address: each code once, although every text differs.
  for (let length = 5000; length < 5100; length++) {
    const socket = await to.connect()
    const head = Buffer.from('0000000001', 'hex')
    head.writeUInt32LE(length)
    socket.write(head)
    await restOf(socket)
  }
  assert.equal(texts().length, 1)
})

test('close() ends all that were not handed over', async (t) => {
  const to = await door(t)
  const sockets = [await to.connect(), await to.connect()]
  await join(to)
  const refused = await to.connect()
  refused.write('GET / HTTP/1.1')
  to.acceptor.close()
  for (const socket of [...sockets, refused]) await restOf(socket)
  const late = await to.connect()
  assert.equal((await restOf(late)).length, 0)
  assert.deepEqual(to.accepted, [])
})
