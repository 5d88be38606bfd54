import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IpemError } from '../../src/errors.js'
import { FRAME_HEAD, FrameKind, FrameReader } from '../../src/wire/frame.js'
import {
  decodeHello,
  decodeRefuse,
  encodeHello,
  encodeRefuse,
  type Hello,
  MAX_HANDSHAKE_FRAME,
  type PeerInfo,
} from '../../src/wire/handshake.js'
import {
  DialerHandshake,
  type Handshake,
  type HandshakeStep,
  ListenerHandshake,
} from '../../src/wire/handshake-machine.js'

const cookie = Buffer.from('a cookie that both of them know!')
const info = (pid: string, name = 'shop'): PeerInfo => ({
  pid,
  name,
  osPid: 1,
  host: 'h',
  title: 't',
  member: 'socket',
})
const anna = info('101-AAAAAAAAAA')
const bert = info('202-BBBBBBBBBB')
const mallory = info('666-MMMMMMMMMM')

/** Hands the frames in `bytes` to a machine; what the last one led to. */
function give(to: Handshake, bytes: Buffer | null | undefined): HandshakeStep {
  let step: HandshakeStep = {}
  const reader = new FrameReader(MAX_HANDSHAKE_FRAME, (kind, body, start, end) => {
    step = to.onFrame(kind, body, start, end)
  })
  reader.push(bytes ?? Buffer.alloc(0))
  return step
}

const helloIn = (frame: Buffer | null | undefined): Hello => decodeHello(frame as Buffer, FRAME_HEAD)
const hello = (to: Handshake, fields: Omit<Hello, 'version'>, version?: number): HandshakeStep =>
  to.onFrame(FrameKind.hello, encodeHello(fields, version))

function assertRefused(step: HandshakeStep, code: string): void {
  assert.equal(step.refuse?.code, code)
  assert.equal(step.done, undefined)
  assert.equal((step.send as Buffer)[4], FrameKind.refuse)
  assert.equal(decodeRefuse(step.send as Buffer, FRAME_HEAD).code, code)
}

test('two ends that know the cookie find out who the other is', () => {
  const dialer = new DialerHandshake({ self: anna, cookie })
  const listener = new ListenerHandshake({ self: bert, cookie })
  assert.equal(listener.start(), null)
  const answer = give(listener, dialer.start())
  assert.equal(answer.done, undefined)
  const proved = give(dialer, answer.send)
  assert.deepEqual(proved.done, bert)
  const last = give(listener, proved.send)
  assert.deepEqual(last, { done: anna })
})

test('the frames have the documented bytes', () => {
  const dialer = new DialerHandshake({ self: anna, cookie, nonce: Buffer.alloc(16, 1) })
  const listener = new ListenerHandshake({ self: bert, cookie, nonce: Buffer.alloc(16, 2) })
  const first = dialer.start()
  const second = give(listener, first).send as Buffer
  const third = give(dialer, second).send as Buffer
  const nonceA = '01'.repeat(16)
  const nonceB = '02'.repeat(16)
  const proofB = PROOF_B
  const proofA = PROOF_A
  const says = (pid: string, role: string, secrets: string): string => {
    const text = (value: string): string => (0xa0 + value.length).toString(16) + Buffer.from(value).toString('hex')
    const body = `9a01${text(pid)}${text('shop')}${text(role)}01${text('h')}${text('t')}${text('socket')}${secrets}`
    const length = Buffer.alloc(4)
    length.writeUInt32LE(body.length / 2 + 1)
    return `${length.toString('hex')}01${body}`
  }
  assert.equal(first.toString('hex'), says('101-AAAAAAAAAA', 'dialer', `c410${nonceA}c0`))
  assert.equal(second.toString('hex'), says('202-BBBBBBBBBB', 'listener', `c410${nonceB}c420${proofB}`))
  assert.equal(third.toString('hex'), says('101-AAAAAAAAAA', 'dialer', `c0c420${proofA}`))
})

/** HMAC-SHA256, made by another implementation of it. */
const PROOF_B = '7d9a1c031216a63f3a53202df862f80e2b0484f0da9c656161e61d7be921839e'
const PROOF_A = 'a49e00b8968818f2f1e1aa646fd4bc67758485a71359c8e2b6a5b30714b3c059'

test('a probe learns who listens and proves nothing itself', () => {
  const probe = new DialerHandshake({ self: anna, cookie, probe: true })
  const answer = give(new ListenerHandshake({ self: bert, cookie }), probe.start())
  assert.deepEqual(give(probe, answer.send), { done: bert })
})

test('a listener with another cookie is refused and gets no proof', () => {
  const dialer = new DialerHandshake({ self: anna, cookie })
  const listener = new ListenerHandshake({ self: bert, cookie: Buffer.from('another cookie altogether') })
  const step = give(dialer, give(listener, dialer.start()).send)
  assertRefused(step, 'ERR_IPEM_AUTH')
  assert.equal(give(listener, step.send).refused?.code, 'ERR_IPEM_AUTH')
})

test('a dialer with another cookie is refused', () => {
  const listener = new ListenerHandshake({ self: bert, cookie })
  const nonce = Buffer.alloc(16)
  hello(listener, { ...mallory, role: 'dialer', nonce })
  assertRefused(hello(listener, { ...mallory, role: 'dialer', proof: Buffer.alloc(32) }), 'ERR_IPEM_AUTH')
})

test('a proof of the dialer does not fit a later session', () => {
  const dialer = new DialerHandshake({ self: anna, cookie })
  const first = dialer.start()
  const recorded = give(dialer, give(new ListenerHandshake({ self: bert, cookie }), first).send).send
  const listener = new ListenerHandshake({ self: bert, cookie })
  give(listener, first)
  assertRefused(give(listener, recorded), 'ERR_IPEM_AUTH')
})

test('a proof of the listener does not fit a later session', () => {
  const dialer = new DialerHandshake({ self: anna, cookie })
  const recorded = give(new ListenerHandshake({ self: bert, cookie }), dialer.start()).send
  const later = new DialerHandshake({ self: anna, cookie })
  later.start()
  assertRefused(give(later, recorded), 'ERR_IPEM_AUTH')
})

test("a listener's proof sent back to it proves nothing", () => {
  const listener = new ListenerHandshake({ self: bert, cookie })
  const answer = helloIn(hello(listener, { ...mallory, role: 'dialer', nonce: Buffer.alloc(16, 9) }).send)
  assertRefused(hello(listener, { ...mallory, role: 'dialer', proof: answer.proof }), 'ERR_IPEM_AUTH')
})

test("a listener's proof from a second connection with the nonces exchanged proves nothing", () => {
  // Mallory dials twice and uses what the second call says for the first.
  const one = new ListenerHandshake({ self: bert, cookie })
  const nonceB = helloIn(hello(one, { ...mallory, role: 'dialer', nonce: Buffer.alloc(16, 9) }).send).nonce
  const two = new ListenerHandshake({ self: bert, cookie, nonce: Buffer.alloc(16, 9) })
  const proof = helloIn(hello(two, { ...mallory, role: 'dialer', nonce: nonceB }).send).proof
  assertRefused(hello(one, { ...mallory, role: 'dialer', proof }), 'ERR_IPEM_AUTH')
})

test("a dialer's own hello sent back to it is refused", () => {
  const dialer = new DialerHandshake({ self: anna, cookie })
  assertRefused(give(dialer, dialer.start()), 'ERR_IPEM_PROTOCOL')
})

test('a proof made for one pid does not serve another', () => {
  const dialer = new DialerHandshake({ self: anna, cookie })
  const answer = helloIn(give(new ListenerHandshake({ self: bert, cookie }), dialer.start()).send)
  assertRefused(hello(dialer, { ...answer, pid: mallory.pid }), 'ERR_IPEM_AUTH')
})

test('a dialer that changes its pid or name between its hellos is refused', () => {
  for (const other of [mallory, info(anna.pid, 'bank')]) {
    const dialer = new DialerHandshake({ self: anna, cookie })
    const listener = new ListenerHandshake({ self: bert, cookie })
    const proof = helloIn(give(dialer, give(listener, dialer.start()).send).send).proof
    assertRefused(hello(listener, { ...other, role: 'dialer', proof }), 'ERR_IPEM_PROTOCOL')
  }
})

test('no version but ours is spoken, older ones neither', () => {
  for (const version of [0, 2, 99]) {
    const listener = new ListenerHandshake({ self: bert, cookie })
    const step = hello(listener, { ...anna, role: 'dialer', nonce: Buffer.alloc(16) }, version)
    assertRefused(step, 'ERR_IPEM_VERSION')
    const dialer = new DialerHandshake({ self: anna, cookie })
    dialer.start()
    assertRefused(hello(dialer, { ...bert, role: 'listener' }, version), 'ERR_IPEM_VERSION')
    // What the other one makes of it.
    const told = give(new DialerHandshake({ self: anna, cookie }), step.send).refused
    assert.deepEqual([told?.code, told?.peerVersion], ['ERR_IPEM_VERSION', 1])
  }
})

test('another application is refused before any proof, and both ends know both names', () => {
  const dialer = new DialerHandshake({ self: anna, cookie })
  const listener = new ListenerHandshake({ self: info(bert.pid, 'bank'), cookie })
  const step = give(listener, dialer.start())
  assertRefused(step, 'ERR_IPEM_FOREIGN')
  assert.deepEqual([step.refuse?.ownName, step.refuse?.peerName], ['bank', 'shop'])
  const { refused } = give(dialer, step.send)
  assert.equal(refused?.code, 'ERR_IPEM_FOREIGN')
  assert.deepEqual([refused?.ownName, refused?.peerName], ['shop', 'bank'])
  assert.match(refused?.message ?? '', /^This process belongs to application "shop", the other end to "bank"$/)
})

test('a listener of another application is refused by the dialer too', () => {
  const dialer = new DialerHandshake({ self: anna, cookie })
  dialer.start()
  const answer = {
    ...info(bert.pid, 'bank'),
    role: 'listener' as const,
    nonce: Buffer.alloc(16),
    proof: Buffer.alloc(32),
  }
  assertRefused(hello(dialer, answer), 'ERR_IPEM_FOREIGN')
})

test('a process that reaches itself is refused', () => {
  const dialer = new DialerHandshake({ self: anna, cookie })
  assertRefused(give(new ListenerHandshake({ self: anna, cookie }), dialer.start()), 'ERR_IPEM_RING')
})

test('whether a proven peer may join is asked once, after its proof', () => {
  const asked: string[] = []
  const accepts = (peer: PeerInfo): IpemError => {
    asked.push(peer.pid)
    return new IpemError('ERR_IPEM_DUPLICATE_PID', 'is here already')
  }
  const dialer = new DialerHandshake({ self: anna, cookie })
  const listener = new ListenerHandshake({ self: bert, cookie, accepts })
  const answer = give(listener, dialer.start())
  assert.deepEqual(asked, [])
  assertRefused(give(listener, give(dialer, answer.send).send), 'ERR_IPEM_DUPLICATE_PID')
  assert.deepEqual(asked, [anna.pid])
})

const nonce = Buffer.alloc(16)
const proof = Buffer.alloc(32)
const outOfPlace: [what: string, send: (listener: ListenerHandshake) => HandshakeStep][] = [
  ['a first hello with a proof', (to) => hello(to, { ...anna, role: 'dialer', nonce, proof })],
  ['a first hello without nonce', (to) => hello(to, { ...anna, role: 'dialer' })],
  ['a hello of a listener', (to) => hello(to, { ...anna, role: 'listener', nonce, proof })],
  ['a hello of a child', (to) => hello(to, { ...anna, role: 'child', nonce })],
  ['a hello of a parent', (to) => hello(to, { ...anna, role: 'parent', nonce })],
  ['a welcome', (to) => to.onFrame(FrameKind.welcome, Buffer.alloc(3))],
  ['an event', (to) => to.onFrame(FrameKind.event, Buffer.alloc(3))],
  ['a header', (to) => to.onFrame(FrameKind.header, Buffer.alloc(3))],
  ['a topology', (to) => to.onFrame(FrameKind.topology, Buffer.alloc(3))],
  ['a bye', (to) => to.onFrame(FrameKind.bye, Buffer.alloc(0))],
  ['garbage', (to) => to.onFrame(FrameKind.hello, Buffer.from('GET / HTTP/1.1'))],
  ['a malformed refusal', (to) => to.onFrame(FrameKind.refuse, Buffer.from('no'))],
]

for (const [what, send] of outOfPlace) {
  test(`${what} in the place of the first hello is ERR_IPEM_PROTOCOL`, () => {
    assertRefused(send(new ListenerHandshake({ self: bert, cookie })), 'ERR_IPEM_PROTOCOL')
  })
}

test('a second hello with a new nonce is refused: no listener makes proofs on demand', () => {
  const listener = new ListenerHandshake({ self: bert, cookie })
  hello(listener, { ...anna, role: 'dialer', nonce })
  assertRefused(hello(listener, { ...anna, role: 'dialer', nonce: Buffer.alloc(16, 5) }), 'ERR_IPEM_PROTOCOL')
})

test('a dialer that has not begun takes no hello', () => {
  assertRefused(
    hello(new DialerHandshake({ self: anna, cookie }), { ...bert, role: 'listener', nonce, proof }),
    'ERR_IPEM_PROTOCOL',
  )
})

test('nothing is taken behind the end of a handshake', () => {
  const dialer = new DialerHandshake({ self: anna, cookie })
  const listener = new ListenerHandshake({ self: bert, cookie })
  const last = give(dialer, give(listener, dialer.start()).send).send
  assert.ok(give(listener, last).done)
  assertRefused(give(listener, last), 'ERR_IPEM_PROTOCOL')
})

test('a refusal of the other end is reported as it is and not answered', () => {
  const dialer = new DialerHandshake({ self: anna, cookie })
  dialer.start()
  const step = dialer.onFrame(FrameKind.refuse, encodeRefuse(new IpemError('ERR_IPEM_TOO_MANY', 'full')))
  assert.equal(step.refused?.code, 'ERR_IPEM_TOO_MANY')
  assert.equal(step.send, undefined)
})
