import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { createIpem, type SocketOptions } from '../../src/index.js'
import { FrameKind } from '../../src/wire/frame.js'
import { decodeHello, type PeerInfo } from '../../src/wire/handshake.js'
import { encodeHeader, headerFrameBody } from '../../src/wire/headers.js'
import { proofOf } from '../../src/wire/proof.js'
import { encodeInterest, encodeTopology } from '../../src/wire/tree-frames.js'
import { COOKIE, until } from './puppets.js'
import { headOf, RawPeer, stranger } from './raw-peer.js'
import { type AnyIpem, errorsOf, Family, folderFor, freePort, ready, startIpem } from './stage.js'

const NAME = 'the application'

/** What an attack may cost, the attacker's own memory included. */
const MOST_MIB = 96

const cookie = Buffer.from(COOKIE)

/** Somebody who listens, a member that has joined, and what the first says of strangers. */
class Target {
  readonly warnings: string[] = []
  readonly errors: ReturnType<typeof errorsOf>
  readonly heard: unknown[][] = []
  readonly master: AnyIpem
  readonly member: AnyIpem
  readonly socket: SocketOptions
  readonly #t: TestContext

  private constructor(t: TestContext, socket: SocketOptions, master: AnyIpem, member: AnyIpem) {
    this.#t = t
    this.socket = socket
    this.master = master
    this.member = member
    this.errors = errorsOf(master)
    const onWarning = (warning: Error) => {
      if (warning.name === 'IpemWarning') this.warnings.push(warning.message)
    }
    process.on('warning', onWarning)
    t.after(() => process.off('warning', onWarning))
    master.handle('ping', () => 'pong')
    member.handle('ping', () => 'pong')
    const { heard } = this
    for (const ipem of [master, member]) {
      ipem.on('ev', function (...args) {
        heard.push([this.from, ...args])
      })
    }
  }

  static async start(t: TestContext, { tcp = false, changes = {} as object } = {}): Promise<Target> {
    const place = tcp ? { port: await freePort() } : { socketPath: path.join(folderFor(t), 'bus') }
    const socket = { ...place, cookie: COOKIE, delayReconnect: 200 }
    const options = { useSocket: true, socket, name: NAME, ...changes }
    const master = await startIpem(t, options)
    const member = await startIpem(t, options)
    await until('the member', () => master.childsOnline === 1)
    return new Target(t, socket, master, member)
  }

  connect(): Promise<RawPeer> {
    return RawPeer.connect(this.socket)
  }

  /** A process that knows the cookie, and is not what it should be. */
  async traitor(self: PeerInfo = stranger(NAME)): Promise<RawPeer> {
    const peer = await RawPeer.member(this.socket, self)
    await peer.next(FrameKind.welcome)
    const { pid, osPid, host, title } = self
    const info = { pid, osPid, host, title, role: 'socket' as const }
    peer.send(
      FrameKind.topology,
      encodeTopology({ what: 'online', pids: [pid], process: info, parent: this.master.pid }),
    )
    await until('the traitor to be online', () => this.master.childsOnline === 2)
    return peer
  }

  /** The tree is as before, everybody answers, and a newcomer gets in. */
  async assertWorks(): Promise<void> {
    const { master, member } = this
    await until('nobody else', () => master.childsOnline === 1)
    assert.deepEqual(
      master.tree().children.map(({ pid }) => pid),
      [member.pid],
    )
    assert.deepEqual([master.isGrandMaster, member.parentPid], [true, master.pid])
    assert.deepEqual(
      [await master.request(member.pid, 'ping'), await member.request(master.pid, 'ping')],
      ['pong', 'pong'],
    )
    const newcomer = createIpem().options({ socket: this.socket, name: NAME })
    this.#t.after(() => newcomer.close())
    await ready(newcomer)
    assert.equal(newcomer.parentPid, master.pid)
    assert.equal(await newcomer.request(member.pid, 'ping'), 'pong')
    await newcomer.close()
    assert.deepEqual(this.heard, [], 'nothing of it was delivered')
  }

  /** One line, and it says why. */
  assertTold(reason: RegExp): void {
    const lines = [...this.warnings, ...this.errors.map(({ code, message }) => `${code} ${message}`)]
    assert.equal(lines.length, 1, lines.join('\n'))
    assert.match(lines[0] as string, reason)
    assert.ok(!lines.join().includes(COOKIE))
  }
}

describe('who does not know the cookie is turned away', () => {
  it('with a proof under another cookie', async (t) => {
    const target = await Target.start(t)
    const peer = await target.connect()
    const self = stranger(NAME)
    const nonce = randomBytes(16)
    peer.hello(self, 'dialer', { nonce })
    const { nonce: nonceB, pid: pidB } = decodeHello(await peer.next(FrameKind.hello))
    const session = { nonceA: nonce, nonceB: nonceB as Buffer, pidA: self.pid, pidB, name: NAME }
    peer.hello(self, 'dialer', { proof: proofOf(Buffer.from('some other cookie of mine'), 'dialer', session) })
    assert.equal(await peer.refusal(), 'ERR_IPEM_AUTH')
    await target.assertWorks()
    target.assertTold(/turned away: .*cookie/)
  })

  it('with a proof that was recorded', async (t) => {
    const target = await Target.start(t)
    const self = stranger(NAME)
    const nonce = randomBytes(16)
    const prove = async (proof?: Buffer) => {
      const peer = await target.connect()
      peer.hello(self, 'dialer', { nonce })
      const { nonce: nonceB, pid: pidB } = decodeHello(await peer.next(FrameKind.hello))
      const session = { nonceA: nonce, nonceB: nonceB as Buffer, pidA: self.pid, pidB, name: NAME }
      const sent = proof ?? proofOf(cookie, 'dialer', session)
      peer.hello(self, 'dialer', { proof: sent })
      return { peer, sent }
    }
    const first = await prove()
    await first.peer.next(FrameKind.welcome)
    first.peer.socket.destroy()
    await until('the first one to be gone', () => target.master.tree().children.length === 1)
    const { peer } = await prove(first.sent)
    assert.equal(await peer.refusal(), 'ERR_IPEM_AUTH')
    await target.assertWorks()
    target.assertTold(/cookie/)
  })

  it('with a proof of the listener, reflected', async (t) => {
    const target = await Target.start(t)
    const self = stranger(NAME)
    const [peer, helper] = [await target.connect(), await target.connect()]
    peer.hello(self, 'dialer', { nonce: randomBytes(16) })
    const { nonce, proof, pid } = decodeHello(await peer.next(FrameKind.hello))
    // What the listener proves to somebody who gives its own nonce back, and who calls himself like it.
    helper.hello({ ...self, pid: stranger(NAME).pid }, 'dialer', { nonce: nonce as Buffer })
    const reflected = decodeHello(await helper.next(FrameKind.hello)).proof as Buffer
    helper.socket.destroy()
    peer.hello(self, 'dialer', { proof: reflected })
    assert.equal(await peer.refusal(), 'ERR_IPEM_AUTH')
    const again = await target.connect()
    again.hello({ ...self, pid }, 'dialer', { nonce: randomBytes(16) })
    assert.equal(await again.refusal(), 'ERR_IPEM_RING')
    const last = await target.connect()
    last.hello(self, 'dialer', { nonce: randomBytes(16) })
    await last.next(FrameKind.hello)
    last.hello(self, 'dialer', { proof: proof as Buffer })
    assert.equal(await last.refusal(), 'ERR_IPEM_AUTH')
    await target.assertWorks()
    assert.equal(target.warnings.length, 2, 'one line for each reason')
  })

  const firstWords: Record<string, [bytes: () => Buffer | string, reason: RegExp]> = {
    'random bytes': [() => Buffer.concat([headOf(100, 200), randomBytes(4096)]), /turned away: Expected a frame kind/],
    'a request by HTTP': [
      () => 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
      /turned away: Expected a frame of 1 to 4096 bytes/,
    ],
    'a frame of 4 GiB': [
      () => headOf(0xffff_ffff, FrameKind.hello),
      /turned away: Expected a frame of 1 to 4096 bytes/,
    ],
    'a frame that is a little too large': [
      () => headOf(4097, FrameKind.hello),
      /turned away: Expected a frame of 1 to 4096 bytes/,
    ],
    'an empty frame': [() => headOf(0, FrameKind.hello), /turned away: Expected a frame of 1 to 4096 bytes/],
    'an event before a hello': [
      () => Buffer.concat([headOf(5, FrameKind.event), Buffer.alloc(4)]),
      /turned away: Expected another frame/,
    ],
    'a hello that is none': [
      () => Buffer.concat([headOf(3, FrameKind.hello), Buffer.from([0xc1, 0xff])]),
      /turned away: Expected an array/,
    ],
    'a hello as a child that was forked': [() => helloAs('child'), /turned away: Expected another frame/],
  }
  for (const [what, [bytes, reason]] of Object.entries(firstWords)) {
    it(`saying ${what}`, async (t) => {
      const target = await Target.start(t, { tcp: what.includes('HTTP') })
      const peer = await target.connect()
      peer.write(bytes())
      assert.equal(await peer.refusal(), 'ERR_IPEM_PROTOCOL')
      await target.assertWorks()
      target.assertTold(reason)
    })
  }

  it('saying nothing, or something so slowly that it never ends', async (t) => {
    const target = await Target.start(t, { changes: { handshakeTimeout: 500 } })
    const [silent, slow] = [await target.connect(), await target.connect()]
    const hello = helloAs('dialer')
    let at = 0
    const drip = setInterval(() => slow.write(hello.subarray(at, ++at)), 20)
    t.after(() => clearInterval(drip))
    assert.deepEqual([await silent.refusal(), await slow.refusal()], ['ERR_IPEM_HANDSHAKE', 'ERR_IPEM_HANDSHAKE'])
    assert.ok(at < hello.length, 'the deadline is for the whole of it')
    await target.assertWorks()
    target.assertTold(/turned away: .*did not complete the handshake within 500 ms/)
  })

  it('coming two hundred times at once and saying nothing', async (t) => {
    const target = await Target.start(t, { changes: { limits: { maxUnauthenticated: 16 } } })
    const peers = await Promise.all(Array.from({ length: 200 }, () => target.connect()))
    await target.assertWorks()
    target.assertTold(/More than 16 connections/)
    for (const { socket } of peers) socket.destroy()
  })

  it('being of another application', async (t) => {
    const target = await Target.start(t)
    const foreign = await target.connect()
    foreign.hello(stranger('another'), 'dialer', { nonce: randomBytes(16) })
    assert.equal(await foreign.refusal(), 'ERR_IPEM_FOREIGN')
    await target.assertWorks()
    target.assertTold(/"the application".*"another"/)
  })
})

function helloAs(role: 'child' | 'dialer'): Buffer {
  const written: Buffer[] = []
  const fake = { socket: { destroyed: false, write: (bytes: Buffer) => written.push(bytes) } }
  Object.setPrototypeOf(fake, RawPeer.prototype)
  ;(fake as unknown as RawPeer).hello(stranger(NAME), role, { nonce: randomBytes(16) })
  return Buffer.concat(written)
}

describe('a member that lies', () => {
  type Lie = (peer: RawPeer, pid: string, target: Target) => void
  const lies: Record<string, [lie: Lie, reason: RegExp]> = {
    'speaks in the name of another member': [
      (peer, pid, { member }) => peer.event(0, { pids: [member.pid, pid] }),
      /forged header/,
    ],
    'speaks in the name of the grand master': [
      (peer, pid, { master }) => peer.event(0, { pids: [master.pid, pid] }),
      /forged header/,
    ],
    'speaks in a name that nobody has': [
      (peer, pid) => peer.event(0, { pids: [stranger(NAME).pid, pid] }),
      /forged header/,
    ],
    'leaves itself out': [(peer, _, { member }) => peer.event(0, { pids: [member.pid] }), /forged header/],
    'names itself twice': [(peer, pid) => peer.event(0, { pids: [pid, pid] }), /forged header/],
    ...Object.fromEntries(
      ['ready', 'online', 'offline', 'parent', 'drain', 'error', 'ipem:tree'].map((event): [string, [Lie, RegExp]] => [
        `sends '${event}' as an event`,
        [(peer, pid) => peer.event(0, { pids: [pid], event }), /forged header/],
      ]),
    ),
    'sends an event down to its parent': [(peer, pid) => peer.event(0, { pids: [pid], type: 2 }), /ERR_IPEM_PROTOCOL/],
    'uses a header that it never gave': [
      (peer) => peer.send(FrameKind.event, Buffer.from([5, 0, 0, 0x90])),
      /Expected a known header id, got 5/,
    ],
    'numbers a header without bounds': [
      (peer) => peer.send(FrameKind.header, Buffer.from([0xff, 0xff, 0xff, 0x7f, 0x95])),
      /ERR_IPEM_PROTOCOL/,
    ],
    'sends a header that is none': [
      (peer) => peer.send(FrameKind.header, Buffer.from([0, 0x81, 0xa1, 0x61, 0x01])),
      /Expected a well-formed message header/,
    ],
    'sends a frame of 4 GiB': [(peer) => peer.write(headOf(0xffff_ffff, FrameKind.event)), /Expected a frame of 1 to/],
    'sends a frame of a kind that there is not': [(peer) => peer.write(headOf(1, 77)), /Expected a frame kind/],
    'says hello a second time': [(peer) => peer.hello(stranger(NAME), 'child', {}), /ERR_IPEM_PROTOCOL/],
    'welcomes its parent': [(peer) => peer.send(FrameKind.welcome, Buffer.from([0x90])), /ERR_IPEM_PROTOCOL/],
    'tells its parent the way up': [
      (peer, pid) => peer.send(FrameKind.topology, encodeTopology({ what: 'way', way: [pid] })),
      /ERR_IPEM_PROTOCOL/,
    ],
    'says that another member is below it': [
      (peer, pid, { member }) => claim(peer, pid, member.pid),
      /ERR_IPEM_(PROTOCOL|DUPLICATE_PID)/,
    ],
    'says that its parent is below it': [
      (peer, pid, { master }) => claim(peer, pid, master.pid),
      /ERR_IPEM_(PROTOCOL|RING)/,
    ],
    'sends news of the tree that are none': [
      (peer) => peer.send(FrameKind.topology, Buffer.from([0x93, 0x01, 0x02, 0x03])),
      /Expected a well-formed/,
    ],
    'sends interest that is none': [
      (peer) => peer.send(FrameKind.interest, Buffer.from([0xc1])),
      /Expected a well-formed/,
    ],
  }

  for (const [what, [lie, reason]] of Object.entries(lies)) {
    it(`is cut off when it ${what}`, async (t) => {
      const target = await Target.start(t)
      const self = stranger(NAME)
      const peer = await target.traitor(self)
      lie(peer, self.pid, target)
      assert.match((await peer.refusal()) ?? 'none', /^ERR_IPEM_(PROTOCOL|RING|DUPLICATE_PID)$/)
      await target.assertWorks()
      target.assertTold(reason)
    })
  }

  it('cannot make another member offline', async (t) => {
    const target = await Target.start(t)
    const self = stranger(NAME)
    const offlines: unknown[] = []
    target.master.on('offline', (pid) => void offlines.push(pid))
    const peer = await target.traitor(self)
    const info = { code: null, signal: null, reason: 'exit' }
    peer.send(FrameKind.topology, encodeTopology({ what: 'offline', pids: [self.pid], pid: target.member.pid, info }))
    peer.send(FrameKind.ping)
    await peer.next(FrameKind.pong)
    assert.deepEqual(offlines, [])
    peer.socket.destroy()
    await target.assertWorks()
  })

  it('cannot take the pid of another member', async (t) => {
    const target = await Target.start(t)
    const peer = await RawPeer.member(target.socket, stranger(NAME, target.member.pid))
    assert.equal(await peer.refusal(), 'ERR_IPEM_DUPLICATE_PID')
    await target.assertWorks()
    target.assertTold(/is in the tree already/)
  })

  it('has what cannot be read refused, and stays', async (t) => {
    const target = await Target.start(t)
    const self = stranger(NAME)
    const peer = await target.traitor(self)
    peer.event(0, { pids: [self.pid] })
    await until('the event', () => target.heard.length === 2)
    assert.deepEqual(target.heard.splice(0), Array(2).fill([self.pid]))
    peer.send(FrameKind.event, Buffer.from([0, 0, 0, 0xc1]))
    peer.send(FrameKind.event, Buffer.from([0, 0, 99]))
    peer.send(FrameKind.event, Buffer.from([0, 0]))
    peer.send(FrameKind.ping)
    await peer.next(FrameKind.pong)
    assert.deepEqual([target.heard, peer.closed, target.master.childsOnline], [[], false, 2])
    assert.deepEqual(new Set(target.errors.map(({ code }) => code)), new Set(['ERR_IPEM_PROTOCOL']))
    peer.socket.destroy()
    await target.assertWorks()
  })

  const payloads: Record<string, Buffer> = {
    'arrays in arrays, 60,000 deep': Buffer.concat([Buffer.from([0]), Buffer.alloc(60_000, 0x91), Buffer.from([0xc0])]),
    'an array of 4 billion elements': Buffer.from([0, 0xdd, 0xff, 0xff, 0xff, 0xff]),
    'a map of 4 billion keys': Buffer.from([0, 0x91, 0xdf, 0xff, 0xff, 0xff, 0xff]),
    'a Buffer of 4 GiB': Buffer.from([0, 0x91, 0xc6, 0xff, 0xff, 0xff, 0xff]),
    'a key `__proto__`': Buffer.concat([
      Buffer.from([0, 0x91, 0x81, 0xa9]),
      Buffer.from('__proto__'),
      Buffer.from([0x81, 0xa1, 0x78, 0x01]),
    ]),
  }
  for (const [what, bytes] of Object.entries(payloads)) {
    it(`has ${what} refused, and stays`, async (t) => {
      const target = await Target.start(t)
      const self = stranger(NAME)
      const peer = await target.traitor(self)
      peer.event(0, { pids: [self.pid] })
      await until('the event', () => target.heard.length === 2)
      peer.send(FrameKind.event, Buffer.concat([Buffer.from([0, 0]), bytes]))
      peer.send(FrameKind.ping)
      await peer.next(FrameKind.pong)
      await until('the error', () => target.errors.length > 0)
      assert.deepEqual(new Set(target.errors.map(({ code }) => code)), new Set(['ERR_IPEM_PROTOCOL']))
      assert.equal(({} as { x?: number }).x, undefined)
      assert.equal(peer.closed, false)
      peer.socket.destroy()
      target.heard.length = 0
      await target.assertWorks()
    })
  }

  it('that gives two hundred thousand headers costs no more than a full ring', async (t) => {
    const target = await Target.start(t)
    const self = stranger(NAME)
    const peer = await target.traitor(self)
    const before = process.memoryUsage().rss
    for (let n = 0; n < 200_000; n++) {
      const header = encodeHeader({ type: 7, event: `name ${n}`, pids: [self.pid], to: null, route: null })
      peer.send(FrameKind.header, headerFrameBody(n % 4096, header))
      if (n % 1000 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    peer.send(FrameKind.ping)
    await peer.next(FrameKind.pong)
    const grownMiB = (process.memoryUsage().rss - before) / 2 ** 20
    assert.ok(grownMiB < MOST_MIB, `grown by ${grownMiB} MiB`)
    assert.equal(peer.closed, false)
    peer.socket.destroy()
    await target.assertWorks()
  })

  it('that never reads costs no more than its queue; who sends is told, and the others hear all', async (t) => {
    const hardLimit = 4 * 1024 * 1024
    const target = await Target.start(t, { changes: { stallMs: 200, limits: { hardLimit } } })
    const self = stranger(NAME)
    const peer = await target.traitor(self)
    peer.send(FrameKind.interest, encodeInterest({ add: ['much'], remove: [] }))
    peer.send(FrameKind.ping)
    await peer.next(FrameKind.pong)
    peer.socket.pause()
    let heard = 0
    target.member.on('much', () => heard++)
    await target.member.request(target.master.pid, 'ping')
    const before = process.memoryUsage().rss
    const bytes = Buffer.alloc(10_000)
    for (let n = 0; n < 20_000; n++) {
      target.master.broadcast('much', bytes)
      if (target.master.writableNeedDrain)
        await new Promise((resolve) => target.master.once('drain', () => resolve(null)))
    }
    await until('the member to hear all', () => heard === 20_000)
    const grownMiB = (process.memoryUsage().rss - before) / 2 ** 20
    assert.ok(grownMiB < MOST_MIB, `grown by ${grownMiB} MiB`)
    peer.socket.destroy()
    await target.assertWorks()
    const told = target.errors.map(({ code, pid, ended }) => [code, pid, ended])
    assert.deepEqual(told, [
      ['ERR_IPEM_OVERFLOW', self.pid, false],
      ['ERR_IPEM_OVERFLOW', self.pid, true],
    ])
  })

  it('that listens to a hundred thousand names is told of everything, and costs no more', async (t) => {
    const target = await Target.start(t, { changes: { limits: { maxInterestNames: 1000 } } })
    const self = stranger(NAME)
    const peer = await target.traitor(self)
    for (let block = 0; block < 100; block++) {
      const add = Array.from({ length: 1000 }, (_, n) => `name ${block * 1000 + n}`)
      peer.send(FrameKind.interest, encodeInterest({ add, remove: [] }))
    }
    peer.send(FrameKind.ping)
    await peer.next(FrameKind.pong)
    assert.equal(peer.closed, false)
    target.member.broadcast('never heard of')
    await peer.next(FrameKind.event)
    peer.socket.destroy()
    await target.assertWorks()
  })
})

describe('what others can reach', () => {
  it('is no socket beyond loopback, without TLS or insecure: true', async (t) => {
    const ipem = createIpem().options({ socket: { host: '0.0.0.0', port: await freePort(), cookie: COOKIE } })
    t.after(() => ipem.close())
    const errors = errorsOf(ipem)
    await ready(ipem)
    await until('the error', () => errors.length > 0)
    assert.deepEqual(
      [errors.map(({ code }) => code), ipem.address(), ipem.isGrandMaster],
      [['ERR_IPEM_INSECURE'], null, true],
    )
    assert.match(errors[0]?.message ?? '', /socket\.tls.*insecure: true/)
  })

  it('is a socket file only for its owner', async (t) => {
    const target = await Target.start(t)
    assert.equal(fs.statSync(target.socket.socketPath as string).mode & 0o777, 0o600)
  })

  it('is a cookie file only for its owner, which is not used when others may read it', async (t) => {
    const folder = folderFor(t)
    const env = { XDG_STATE_HOME: path.join(folder, 'state') }
    const options = { useSocket: true, socket: { socketPath: path.join(folder, 'bus'), delayReconnect: 200 } }
    const family = Family.of(t, { name: 'first', options }, { env })
    await family.untilReady('first')
    const file = path.join(env.XDG_STATE_HOME, 'ipem', 'cookie')
    assert.deepEqual([fs.statSync(file).mode & 0o777, fs.statSync(path.dirname(file)).mode & 0o777], [0o600, 0o700])
    const second = Family.of(t, { name: 'second', options }, { env })
    await second.untilReady('second')
    assert.equal(second.said('ready')[0]?.[1], family.said('ready')[0]?.[2], 'it joined by the same cookie')
    fs.chmodSync(file, 0o644)
    const third = Family.of(t, { name: 'third', options }, { env })
    await third.until('the error', () => third.said('error').length > 0)
    assert.deepEqual(third.said('error'), [['third', 'ERR_IPEM_COOKIE']])
    const secret = fs.readFileSync(file, 'utf8').trim()
    for (const { lines, errors } of [family, second, third])
      assert.ok(!`${errors}${JSON.stringify(lines)}`.includes(secret))
  })
})

/** The peer tells its parent that this process is below it. */
function claim(peer: RawPeer, pid: string, claimed: string): void {
  const process = { pid: claimed, osPid: 1, host: 'x', role: 'fork', title: 'x' } as const
  peer.send(FrameKind.topology, encodeTopology({ what: 'online', pids: [claimed, pid], process, parent: pid }))
}
