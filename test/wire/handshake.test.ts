import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Packr } from 'msgpackr'
import { IpemError } from '../../src/errors.js'
import {
  decodeHello,
  decodeRefuse,
  decodeWelcome,
  encodeHello,
  encodeRefuse,
  encodeWelcome,
  type Hello,
  MAX_HANDSHAKE_FRAME,
  PROTOCOL_VERSION,
} from '../../src/wire/handshake.js'

const pack = (value: unknown): Buffer => Buffer.from(new Packr({ useRecords: false }).pack(value))

const hello: Hello = {
  version: PROTOCOL_VERSION,
  pid: '101-AAAAAAAAAA',
  name: 'shop',
  role: 'listener',
  osPid: 101,
  host: 'here',
  title: 'node a.js',
  member: 'socket',
  nonce: Buffer.alloc(16, 0xaa),
  proof: Buffer.alloc(32, 0xbb),
}
const fields = [1, '101-AAAAAAAAAA', 'shop', 'listener', 101, 'here', 'node a.js', 'socket', hello.nonce, hello.proof]
const without = (index: number, value: unknown): unknown[] => fields.map((field, at) => (at === index ? value : field))

test('a hello has the documented bytes', () => {
  const bytes = [
    '9a', // an array of ten
    '01', // version, always the first
    'ae3130312d41414141414141414141', // pid
    'a473686f70', // name
    'a86c697374656e6572', // role
    '65', // OS pid
    'a468657265', // host
    'a96e6f646520612e6a73', // title
    'a6736f636b6574', // member
    `c410${'aa'.repeat(16)}`, // nonce
    `c420${'bb'.repeat(32)}`, // proof
  ]
  assert.equal(encodeHello(hello).toString('hex'), bytes.join(''))
  assert.deepEqual(decodeHello(encodeHello(hello)), hello)
})

test('a hello without nonce and proof has nil in their place', () => {
  const plain: Hello = { ...hello, role: 'child', member: 'fork', nonce: undefined, proof: undefined }
  assert.ok(encodeHello(plain).toString('hex').endsWith('c0c0'))
  assert.deepEqual(decodeHello(encodeHello(plain)), plain)
})

test('a welcome has the documented bytes', () => {
  const welcome = { pid: '7-BBBBBBBBBB', name: 'a', way: ['7-BBBBBBBBBB', '1-CCCCCCCCCC'] }
  const hex = '93ac372d42424242424242424242a16192ac372d42424242424242424242ac312d43434343434343434343'
  assert.equal(encodeWelcome(welcome).toString('hex'), hex)
  assert.deepEqual(decodeWelcome(encodeWelcome(welcome)), welcome)
})

test('a refusal has the documented bytes', () => {
  const error = new IpemError('ERR_IPEM_RING', 'no', { ownName: 'a', ownVersion: 1, secret: 'stays here' })
  assert.equal(encodeRefuse(error).toString('hex'), '94ad4552525f4950454d5f52494e47a26e6fa16101')
})

test('a refusal comes out as an error with its code and what was told of the other end', () => {
  const error = decodeRefuse(
    encodeRefuse(new IpemError('ERR_IPEM_FOREIGN', 'no', { ownName: 'other', peerName: 'me' })),
  )
  assert.equal(error.code, 'ERR_IPEM_FOREIGN')
  assert.equal(error.name, 'IpemError')
  assert.equal(error.message, 'Refused by the other end: no')
  assert.equal(error.peerName, 'other')
  assert.equal('peerVersion' in error, false)
})

test('a refusal with a code that is not ours counts as ERR_IPEM_PROTOCOL', () => {
  for (const code of ['ERR_IPEM_OF_TOMORROW', 'constructor', '__proto__', '']) {
    assert.equal(decodeRefuse(pack([code, 'no', null, null])).code, 'ERR_IPEM_PROTOCOL')
  }
})

test('control characters of a stranger do not reach our logs', () => {
  assert.ok(decodeRefuse(pack(['ERR_IPEM_AUTH', '\u001b[2Jgone\u009b', null, null])).message.endsWith('?[2Jgone?'))
  assert.equal(decodeHello(pack(without(6, 'a\u001b]0;b\u0007'))).title, 'a?]0;b?')
})

test('another version is told apart before anything else of a hello is read', () => {
  for (const other of [[2], [0, 'whatever', { a: 1 }], [300, ...fields.slice(1), 'and more'], without(0, 70_000)]) {
    const expected = { code: 'ERR_IPEM_VERSION', ownVersion: PROTOCOL_VERSION, peerVersion: other[0] }
    assert.throws(() => decodeHello(pack(other)), expected)
  }
})

test('every frame fits into the limit, whatever is put in', () => {
  const long = '\u{1F600}€'.repeat(1000)
  const pid = '4294967295-ZZZZZZZZZZ'
  const name = 'n'.repeat(256)
  const largest = encodeHello({ ...hello, pid, name, osPid: 2 ** 32 - 1, host: long, title: long })
  const decoded = decodeHello(largest)
  assert.ok(decoded.host.length > 60 && long.startsWith(decoded.host))
  assert.ok(decoded.title.length > 60 && long.startsWith(decoded.title))
  const way = Array.from({ length: 64 }, (_, index) => `4294967295-ZZZZZZZZ${index + 10}`)
  const welcome = encodeWelcome({ pid: way[0] as string, name, way })
  assert.deepEqual(decodeWelcome(welcome).way, way)
  const refusal = encodeRefuse(new IpemError('ERR_IPEM_FOREIGN', long, { ownName: name, ownVersion: 1 }))
  assert.ok(decodeRefuse(refusal).message.length > 500)
  for (const body of [largest, welcome, refusal]) assert.ok(body.length + 1 <= MAX_HANDSHAKE_FRAME)
})

test('text that is no valid Unicode is sent as text that is', () => {
  assert.equal(decodeHello(encodeHello({ ...hello, title: 'a\ud800b' })).title, 'a\ufffdb')
})

const malformedHellos: [what: string, value: unknown][] = [
  ['no array', 'hello'],
  ['a map', { 0: 1 }],
  ['nothing in it', []],
  ['a version that is no number', without(0, '1')],
  ['a negative version', without(0, -1)],
  ['a version with a fraction', without(0, 1.5)],
  ['a field too few', fields.slice(0, -1)],
  ['a field too many', [...fields, null]],
  ['a pid that is no text', without(1, 101)],
  ['a pid without suffix', without(1, '101')],
  ['a pid with a short suffix', without(1, '101-AAAAAAAAA')],
  ['a pid with a long suffix', without(1, '101-AAAAAAAAAAA')],
  ['a pid of eleven digits', without(1, '12345678901-AAAAAAAAAA')],
  ['a pid with a line end', without(1, '101-AAAAAAAAAA\n')],
  ['an empty name', without(2, '')],
  ['a name that is too long', without(2, 'n'.repeat(257))],
  ['a name that is too long in bytes', without(2, 'ä'.repeat(129))],
  ['a role nobody plays', without(3, 'grandmaster')],
  ['an OS pid that is text', without(4, '101')],
  ['an OS pid beyond 32 bits', without(4, 2 ** 32)],
  ['a host that is too long', without(5, 'h'.repeat(256))],
  ['a title that is too long', without(6, 't'.repeat(257))],
  ['a kind of member nobody is', without(7, 'guest')],
  ['a nonce that is text', without(8, 'a'.repeat(16))],
  ['a nonce that is too short', without(8, Buffer.alloc(15))],
  ['a nonce that is too long', without(8, Buffer.alloc(17))],
  ['a proof that is too short', without(9, Buffer.alloc(31))],
  ['a proof that is empty', without(9, Buffer.alloc(0))],
  ['a date', without(6, new Date(0))],
  ['a map for a title', without(6, { toString: 1 })],
]

for (const [what, value] of malformedHellos) {
  test(`a hello with ${what} is ERR_IPEM_PROTOCOL`, () => {
    assert.throws(() => decodeHello(pack(value)), { name: 'IpemError', code: 'ERR_IPEM_PROTOCOL' })
  })
}

const malformedWelcomes: [what: string, value: unknown][] = [
  ['no way', ['1-AAAAAAAAAA', 'a', []]],
  ['a way that begins elsewhere', ['1-AAAAAAAAAA', 'a', ['2-AAAAAAAAAA']]],
  ['a way that is no pid', ['1-AAAAAAAAAA', 'a', ['1-AAAAAAAAAA', 'x']]],
  ['a way that passes a process twice', ['1-AAAAAAAAAA', 'a', ['1-AAAAAAAAAA', '2-AAAAAAAAAA', '1-AAAAAAAAAA']]],
  ['a way of 65', ['1-AAAAAAAAAA', 'a', Array.from({ length: 65 }, (_, index) => `${index + 1}-AAAAAAAAAA`)]],
  ['a field too many', ['1-AAAAAAAAAA', 'a', ['1-AAAAAAAAAA'], 1]],
]

for (const [what, value] of malformedWelcomes) {
  test(`a welcome with ${what} is ERR_IPEM_PROTOCOL`, () => {
    assert.throws(() => decodeWelcome(pack(value)), { name: 'IpemError', code: 'ERR_IPEM_PROTOCOL' })
  })
}

const bombs = {
  'an array of 2^32 - 1': 'ddffffffff',
  'an array of 65,535 and no more': 'dcffff01',
  'a string of 4 GiB': '9a01dbffffffff',
  'a string of 65,535 and no more': '9a01daffff41',
  'bytes of 4 GiB': '9a01c6ffffffff',
  'an extension': '9a01c7ff0100',
  'a record definition of msgpackr': '9a01d47240a16101',
  'invalid UTF-8': '9a01a2c328',
  'arrays in arrays': '91'.repeat(4000),
  'nothing at all': '',
}

for (const [what, hex] of Object.entries(bombs)) {
  test(`${what} is ERR_IPEM_PROTOCOL in every frame, at once`, () => {
    const body = Buffer.from(hex, 'hex')
    for (const decode of [decodeHello, decodeWelcome, decodeRefuse]) {
      assert.throws(() => decode(body), { name: 'IpemError', code: 'ERR_IPEM_PROTOCOL' })
    }
  })
}

test('whatever the bytes are, nothing but an IpemError comes of them', () => {
  const bodies = [
    encodeHello(hello),
    encodeRefuse(new IpemError('ERR_IPEM_AUTH', 'no')),
    encodeWelcome({ pid: '1-AAAAAAAAAA', name: 'a', way: ['1-AAAAAAAAAA'] }),
  ]
  const mutated = fc
    .tuple(fc.constantFrom(...bodies), fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 4 }), fc.nat(130))
    .map(([body, changes, length]) => {
      const copy = Buffer.from(body)
      for (const [at, byte] of changes) if (at < copy.length) copy[at] = byte
      return copy.subarray(0, length)
    })
  const random = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))
  fc.assert(
    fc.property(fc.oneof(mutated, random), (body) => {
      for (const decode of [decodeHello, decodeWelcome, decodeRefuse]) {
        try {
          decode(body)
        } catch (error) {
          assert.ok(error instanceof IpemError && ['ERR_IPEM_PROTOCOL', 'ERR_IPEM_VERSION'].includes(error.code))
        }
      }
    }),
    { numRuns: 5000 },
  )
})

test('a body is read where it stands and nothing of the memory around it is kept', () => {
  const body = encodeHello(hello)
  const around = Buffer.concat([Buffer.alloc(7, 0xff), body, Buffer.alloc(9, 0xff)])
  const decoded = decodeHello(around, 7, 7 + body.length)
  around.fill(0)
  assert.deepEqual(decoded, hello)
})
