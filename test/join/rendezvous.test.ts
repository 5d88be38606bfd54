import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import path from 'node:path'
import { test } from 'node:test'
import { IpemError } from '../../src/errors.js'
import { FRAME_HEAD, FrameKind, FrameReader } from '../../src/wire/frame.js'
import { decodeRefuse } from '../../src/wire/handshake.js'
import { COOKIE, folderOf, freePort, meetings, stranger, until } from './meeting.js'

const UNIX = { skip: process.platform === 'win32' ? 'Unix sockets' : false }

test('the first process listens, the next ones join it', async (t) => {
  const meet = meetings(t)
  const socket = { port: await freePort() }
  const first = meet({ socket }).start()
  await first.until('listening')
  const others = [meet({ socket }).start(), meet({ socket }).start()]
  for (const other of others) {
    await other.until(`joined ${first.self.pid}`)
    await first.until(`accepted ${other.self.pid}`)
    assert.deepEqual(other.events, [`joined ${first.self.pid}`])
    assert.equal(other.rendezvous.address(), null)
  }
  assert.deepEqual(first.rendezvous.address(), { address: '127.0.0.1', family: 'IPv4', port: socket.port })
})

test('nothing is reported before start() has returned', async (t) => {
  const meeting = meetings(t)({ socket: { port: await freePort() } }).start()
  assert.deepEqual(meeting.events, [])
  await meeting.until('listening')
})

test('port 0 is a new port that is listened on at once', async (t) => {
  const meeting = meetings(t)({ socket: { port: 0 } }).start()
  await meeting.until('listening')
  assert.ok((meeting.rendezvous.address() as net.AddressInfo).port > 0)
})

test('a path is listened on with access for its owner only, and removed on close', UNIX, async (t) => {
  const socketPath = path.join(folderOf(t), 'meet')
  const meet = meetings(t)
  const first = meet({ socket: { socketPath } }).start()
  await first.until('listening')
  assert.equal(first.rendezvous.address(), socketPath)
  assert.equal(fs.statSync(socketPath).mode & 0o777, 0o600)
  const second = meet({ socket: { socketPath } }).start()
  await second.until(`joined ${first.self.pid}`)
  assert.deepEqual(fs.readdirSync(path.dirname(socketPath)), ['meet'])
  const closed = first.rendezvous.close()
  assert.deepEqual(fs.readdirSync(path.dirname(socketPath)), [])
  await closed
})

test('a path of the greatest length works', UNIX, async (t) => {
  const folder = folderOf(t)
  const socketPath = path.join(folder, 'm'.repeat(103 - folder.length - 1))
  const meet = meetings(t)
  const first = meet({ socket: { socketPath } }).start()
  await first.until('listening')
  await meet({ socket: { socketPath } }).start().until(`joined ${first.self.pid}`)
})

test('a stale socket file is taken over', UNIX, async (t) => {
  const folder = folderOf(t)
  const socketPath = path.join(folder, 'meet')
  const dead = await stranger(t, path.join(folder, 'own'), () => {})
  fs.renameSync(path.join(folder, 'own'), socketPath)
  dead.close()
  const meeting = meetings(t)({ socket: { socketPath } }).start()
  await meeting.until('listening')
  assert.deepEqual(fs.readdirSync(folder), ['meet'])
})

for (const [what, make] of [
  ['a file', (at: string) => fs.writeFileSync(at, 'precious')],
  ['a folder', (at: string) => fs.mkdirSync(at)],
  ['a link', (at: string) => fs.symlinkSync('nowhere', at)],
] as const) {
  test(`${what} at the path is an error and is left alone`, UNIX, async (t) => {
    const socketPath = path.join(folderOf(t), 'meet')
    make(socketPath)
    const before = fs.lstatSync(socketPath)
    const meeting = meetings(t)({ socket: { socketPath } }).start()
    await meeting.until('standalone')
    assert.deepEqual(meeting.events, ['error ERR_IPEM_LISTEN', 'standalone'])
    assert.match(meeting.errors[0]?.message ?? '', /not a socket/)
    assert.equal(fs.lstatSync(socketPath).ino, before.ino)
    assert.deepEqual(fs.readdirSync(path.dirname(socketPath)), ['meet'])
  })
}

test('a folder that is missing is an error with its cause, and never TCP instead', UNIX, async (t) => {
  const socketPath = path.join(folderOf(t), 'nowhere', 'meet')
  const meeting = meetings(t)({ socket: { socketPath } }).start()
  await meeting.until('standalone')
  assert.deepEqual(meeting.events, ['error ERR_IPEM_LISTEN', 'standalone'])
  assert.ok(['ENOENT', 'EACCES'].includes((meeting.errors[0]?.cause as NodeJS.ErrnoException | undefined)?.code ?? ''))
  assert.equal(meeting.rendezvous.address(), null)
})

test('a path that cannot be walked is an error', UNIX, async (t) => {
  const folder = folderOf(t)
  fs.symlinkSync('loop', path.join(folder, 'loop'))
  const meeting = meetings(t)({ socket: { socketPath: path.join(folder, 'loop', 'meet') } }).start()
  await meeting.until('standalone')
  assert.deepEqual(meeting.events, ['error ERR_IPEM_LISTEN', 'standalone'])
})

test('an address beyond this machine is an error without TLS', async (t) => {
  const meeting = meetings(t)({ socket: { port: await freePort(), host: '0.0.0.0' } }).start()
  await meeting.until('standalone')
  assert.deepEqual(meeting.events, ['error ERR_IPEM_INSECURE', 'standalone'])
})

test('with insecure: true every interface is listened on', async (t) => {
  const socket = { port: await freePort(), host: '0.0.0.0', insecure: true }
  const meet = meetings(t)
  const first = meet({ socket }).start()
  await first.until('listening')
  await meet({ socket: { port: socket.port } })
    .start()
    .until(`joined ${first.self.pid}`)
})

test('an application of another name is an error where something was set', async (t) => {
  const meet = meetings(t)
  const socket = { port: await freePort() }
  const first = meet({ name: 'shop', socket }).start()
  await first.until('listening')
  const second = meet({ name: 'bank', socket }).start()
  await second.until('standalone')
  assert.deepEqual(second.events, ['error ERR_IPEM_FOREIGN', 'standalone'])
  const [error] = second.errors
  assert.deepEqual([error?.ownName, error?.peerName, error?.address], ['bank', 'shop', `127.0.0.1:${socket.port}`])
  await until('the listener says so too', () => first.warnings.length === 1)
})

test('an application of another name is one warning where everything is at its default', async (t) => {
  const meet = meetings(t)
  const socket = { port: await freePort() }
  await meet({ name: 'shop', socket }).start().until('listening')
  const second = meet({ name: 'bank', socket, byDefault: true }).start()
  await second.until('standalone')
  assert.deepEqual(second.events, ['warning', 'standalone'])
  assert.match(second.warnings[0] ?? '', /"bank".*"shop".*socket\.port.*socket\.socketPath.*name/)
})

test('another cookie is refused at both ends, and the listener says so once', async (t) => {
  const meet = meetings(t)
  const socket = { port: await freePort() }
  const first = meet({ socket }).start()
  await first.until('listening')
  for (let round = 0; round < 3; round++) {
    const other = meet({ socket }, { cookie: () => Buffer.from('another cookie altogether') }).start()
    await other.until('standalone')
    assert.deepEqual(other.events, ['error ERR_IPEM_AUTH', 'standalone'])
  }
  await until('the listener has noticed', () => first.warnings.length > 0)
  assert.equal(first.warnings.length, 1)
  assert.deepEqual(first.events, ['listening', 'warning'])
})

test('a cookie that cannot be had is an error, and a warning where nobody asked for a socket', async (t) => {
  const cookie = (): Buffer => {
    throw new IpemError('ERR_IPEM_COOKIE', 'set HOME')
  }
  const port = await freePort()
  const asked = meetings(t)({ socket: { port } }, { cookie }).start()
  await asked.until('standalone')
  assert.deepEqual(asked.events, ['error ERR_IPEM_COOKIE', 'standalone'])
  const unasked = meetings(t)({ socket: { port }, byDefault: true }, { cookie }).start()
  await unasked.until('standalone')
  assert.deepEqual(unasked.events, ['warning', 'standalone'])
})

const strangers: [what: string, greet: (socket: net.Socket) => void, code: string][] = [
  ['speaks first', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'), 'ERR_IPEM_PROTOCOL'],
  ['announces a huge frame', (socket) => socket.write(Buffer.from('ffffffff01', 'hex')), 'ERR_IPEM_PROTOCOL'],
  ['never says a word', () => {}, 'ERR_IPEM_HANDSHAKE'],
  ['repeats what it hears', (socket) => socket.pipe(socket), 'ERR_IPEM_PROTOCOL'],
  ['hangs up', (socket) => socket.destroy(), 'ERR_IPEM_HANDSHAKE'],
  [
    'sends half a frame and no more',
    (socket) => socket.write(Buffer.from('ff0000000101', 'hex')),
    'ERR_IPEM_HANDSHAKE',
  ],
]

for (const [what, greet, code] of strangers) {
  test(`a server on the port that ${what} is ${code}, or one warning by default`, async (t) => {
    const port = await freePort()
    await stranger(t, port, greet)
    const options = { handshakeTimeout: 100, socket: { port, delayReconnect: 10 } }
    const asked = meetings(t)(options).start()
    await asked.until('standalone')
    assert.deepEqual(
      asked.events.filter((event) => event !== 'warning'),
      [`error ${code}`, 'standalone'],
    )
    const unasked = meetings(t)({ ...options, byDefault: true }).start()
    await unasked.until('standalone')
    assert.match(unasked.warnings.at(-1) ?? '', /socket\.port/)
    assert.deepEqual(unasked.errors, [])
  })
}

test('an HTTP server on the port is ERR_IPEM_PROTOCOL', async (t) => {
  const server = http.createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as net.AddressInfo
  const meeting = meetings(t)({ socket: { port } }).start()
  await meeting.until('standalone')
  assert.deepEqual(meeting.events, ['error ERR_IPEM_PROTOCOL', 'standalone'])
})

test('who may only connect waits until somebody listens', async (t) => {
  const meet = meetings(t)
  const socket = { port: await freePort(), delayReconnect: 20 }
  const patient = meet({ socket: { ...socket, onlyConnect: true } }).start()
  const first = meet({ socket }).start()
  await patient.until(`joined ${first.self.pid}`)
  assert.deepEqual(patient.events, [`joined ${first.self.pid}`])
})

test('when the one who listens is gone one of the others listens and the rest join it', async (t) => {
  const meet = meetings(t)
  const socket = { port: await freePort(), delayReconnect: 50 }
  const first = meet({ socket }).start()
  await first.until('listening')
  const others = Array.from({ length: 5 }, () => meet({ socket }).start())
  for (const other of others) await other.until(`joined ${first.self.pid}`)
  await first.end()
  await until('one listens', () => others.some(({ events }) => events.includes('listening')))
  const heir = others.find(({ events }) => events.includes('listening'))
  for (const other of others) if (other !== heir) await other.until(`joined ${heir?.self.pid}`)
  assert.equal(others.filter(({ events }) => events.includes('listening')).length, 1)
})

test('without reconnect a process that lost its parent stays alone', async (t) => {
  const meet = meetings(t)
  const socket = { port: await freePort(), reconnect: false }
  const first = meet({ socket }).start()
  await first.until('listening')
  const second = meet({ socket }).start()
  await second.until(`joined ${first.self.pid}`)
  await first.end()
  await second.until('standalone')
  assert.deepEqual(second.events, [`joined ${first.self.pid}`, 'standalone'])
})

test('a refusal after joining decides when to come again', async (t) => {
  const meet = meetings(t)
  const socket = { port: await freePort(), delayReconnect: 20 }
  const first = meet({ socket }).start()
  await first.until('listening')
  const second = meet({ socket }).start()
  await second.until(`joined ${first.self.pid}`)
  const lose = (why: IpemError): void => {
    second.onLinkLost = () => {}
    second.links.get(first.self.pid)?.destroy()
    const { length } = second.events
    second.rendezvous.lost(why)
    assert.equal(second.events.length, length)
  }
  lose(new IpemError('ERR_IPEM_RING', 'you are above me'))
  await second.until(`joined ${first.self.pid}`, 2)
  lose(new IpemError('ERR_IPEM_AUTH', 'your proof is wrong'))
  await second.until('standalone')
  assert.equal(second.events.at(-2), 'error ERR_IPEM_AUTH')
})

test('lost() is nothing to a process that has not joined', async (t) => {
  const meeting = meetings(t)({ socket: { port: await freePort() } })
  meeting.rendezvous.lost()
  meeting.start().rendezvous.lost()
  await meeting.until('listening')
  meeting.rendezvous.lost()
  await meeting.rendezvous.close()
  meeting.rendezvous.lost()
  assert.deepEqual(meeting.events, ['listening'])
})

test('who is not accepted is told on the link, in the place of the welcome', async (t) => {
  const meet = meetings(t)
  const socket = { port: await freePort() }
  const accepts = (): IpemError => new IpemError('ERR_IPEM_DUPLICATE_PID', 'is here already')
  const first = meet({ socket }, { accepts }).start()
  await first.until('listening')
  let told: IpemError | null = null
  const second = meet(
    { socket },
    {
      onJoined: (link, _, rest) => {
        const reader = new FrameReader(4096, (kind, bytes, start, end) => {
          assert.equal(kind, FrameKind.refuse)
          told = decodeRefuse(bytes, start, end)
        })
        reader.push(rest)
        link
          .on('error', () => {})
          .on('data', (chunk: Buffer) => reader.push(chunk))
          .resume()
      },
    },
  ).start()
  await until('the refusal', () => told !== null)
  assert.equal((told as IpemError | null)?.code, 'ERR_IPEM_DUPLICATE_PID')
  assert.equal(second.events.length, 0)
  assert.equal(first.links.size, 0)
})

test('one who is shadowed by another at the same path gives way and joins it, its joiners stay', UNIX, async (t) => {
  const folder = folderOf(t)
  const [socketPath, aside] = [path.join(folder, 'meet'), path.join(folder, 'aside')]
  const meet = meetings(t)
  const first = meet({ socket: { socketPath, delayReconnect: 50 } }).start()
  await first.until('listening')
  const joiner = meet({ socket: { socketPath } }).start()
  await joiner.until(`joined ${first.self.pid}`)
  const second = meet({ socket: { socketPath: aside } }).start()
  await second.until('listening')
  fs.renameSync(aside, socketPath)
  await first.until(`joined ${second.self.pid}`)
  assert.deepEqual(first.events.slice(-2), ['yield', `joined ${second.self.pid}`])
  assert.equal(first.rendezvous.address(), null)
  assert.equal(first.links.get(joiner.self.pid)?.destroyed, false)
  assert.deepEqual(fs.readdirSync(folder), ['meet'])
})

test('one whose file is removed long after its election listens again', UNIX, async (t) => {
  const socketPath = path.join(folderOf(t), 'meet')
  const meet = meetings(t)
  const first = meet({ socket: { socketPath, delayReconnect: 20 } }).start()
  await first.until('listening')
  // Behind the second look, which comes 20 ms after the election.
  await new Promise((resolve) => setTimeout(resolve, 100))
  fs.rmSync(socketPath)
  await first.until('listening', 2)
  assert.deepEqual(first.events, ['listening', 'yield', 'listening'])
  await meet({ socket: { socketPath } }).start().until(`joined ${first.self.pid}`)
})

test('a file that is not ours any more survives our close', UNIX, async (t) => {
  const folder = folderOf(t)
  const socketPath = path.join(folder, 'meet')
  const meeting = meetings(t)({ socket: { socketPath } }).start()
  await meeting.until('listening')
  await stranger(t, path.join(folder, 'aside'), () => {})
  fs.renameSync(path.join(folder, 'aside'), socketPath)
  await meeting.rendezvous.close()
  assert.deepEqual(fs.readdirSync(folder), ['meet'])
})

test('twelve that start in the same moment end in one tree', async (t) => {
  const meet = meetings(t)
  const socket = { port: await freePort(), delayReconnect: 30 }
  const all = Array.from({ length: 12 }, () => meet({ socket }).start())
  const settled = (): boolean => all.every(({ events }) => events.length > 0)
  await until('everybody is somewhere', settled)
  const masters = all.filter(({ events }) => events.includes('listening'))
  assert.equal(masters.length, 1)
  for (const each of all) if (each !== masters[0]) await each.until(`joined ${masters[0]?.self.pid}`)
})

test('close() at any moment ends it without a trace', UNIX, async (t) => {
  const folder = folderOf(t)
  const socketPath = path.join(folder, 'meet')
  const open = (): string[] =>
    process.getActiveResourcesInfo().filter((resource) => /Wrap|Server/.test(resource) && !/TTY|Process/.test(resource))
  const before = open().length
  for (let delayMs = 0; delayMs < 30; delayMs++) {
    const meeting = meetings(t)({ socket: { socketPath } }).start()
    await new Promise((resolve) => setTimeout(resolve, delayMs / 3))
    await meeting.rendezvous.close()
    const { length } = meeting.events
    await until(`nothing is open after ${delayMs / 3} ms: ${open()}`, () => open().length <= before)
    assert.deepEqual(fs.readdirSync(folder), [])
    assert.equal(meeting.events.length, length)
    await meeting.rendezvous.close()
  }
})

test('close() in a callback is the end', async (t) => {
  const port = await freePort()
  const first = meetings(t)({ socket: { port } }, { onListening: () => void first.rendezvous.close() }).start()
  await until('the port is free again', () => first.rendezvous.address() === null)
  const warned = meetings(t)(
    { name: 'x', socket: { port }, byDefault: true },
    {
      cookie: () => {
        throw new IpemError('ERR_IPEM_COOKIE', 'no')
      },
      onWarning: () => void warned.rendezvous.close(),
    },
  ).start()
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual([...first.events, ...warned.events], [])
})

test('what a peer sends right behind its proof is handed over', async (t) => {
  const meet = meetings(t)
  const socket = { port: await freePort() }
  const first = meet({ socket }).start()
  await first.until('listening')
  const { DialerHandshake } = await import('../../src/wire/handshake-machine.js')
  const self = { ...first.self, pid: '77-AAAAAAAAAA' }
  const dialer = new DialerHandshake({ self, cookie: COOKIE })
  const link = net.connect(socket.port, '127.0.0.1')
  t.after(() => link.destroy())
  link.write(dialer.start())
  const [answer] = (await once(link, 'data')) as [Buffer]
  const { send } = dialer.onFrame(answer[4] as number, answer, FRAME_HEAD)
  link.write(Buffer.concat([send as Buffer, Buffer.from('and what comes after')]))
  await first.until(`accepted ${self.pid}`)
  assert.equal(first.rests[0]?.toString(), 'and what comes after')
})
