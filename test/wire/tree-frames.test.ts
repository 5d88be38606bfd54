import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { pack } from 'msgpackr'
import { IpemError } from '../../src/errors.js'
import { MAX_EVENT_BYTES, MAX_HOPS } from '../../src/message.js'
import type { ProcessInfo } from '../../src/process-info.js'
import {
  decodeInterest,
  decodeTopology,
  encodeInterest,
  encodeTopology,
  type InterestFrame,
  type TopologyFrame,
} from '../../src/wire/tree-frames.js'

const A = '4711-AAAAAAAAAA'
const B = '4712-BBBBBBBBBB'
const A_HEX = 'af343731312d41414141414141414141'
const B_HEX = 'af343731322d42424242424242424242'
const PROCESS: ProcessInfo = { pid: B, osPid: 4712, host: 'box', role: 'fork', title: 'web' }

const topology = (bytes: Buffer) => decodeTopology(bytes, 0, bytes.length)
const interest = (bytes: Buffer) => decodeInterest(bytes, 0, bytes.length)
const bytesOf = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')
const isProtocolError = (error: unknown) => error instanceof IpemError && error.code === 'ERR_IPEM_PROTOCOL'

const TOPOLOGY: [frame: TopologyFrame, hex: string][] = [
  [
    { what: 'online', pids: [B], process: PROCESS, parent: A },
    `94 a66f6e6c696e65 91${B_HEX} 95${B_HEX} cd1268 a3626f78 a4666f726b a3776562 ${A_HEX}`,
  ],
  [
    { what: 'offline', pids: [A], pid: B, info: { code: null, signal: 'SIGKILL', reason: 'exit' } },
    `96 a76f66666c696e65 91${A_HEX} ${B_HEX} c0 a75349474b494c4c a465786974`,
  ],
  [
    { what: 'offline', pids: [A, B], pid: B, info: { code: 101, signal: null, reason: '' } },
    `96 a76f66666c696e65 92${A_HEX}${B_HEX} ${B_HEX} 65 c0 a0`,
  ],
  [{ what: 'way', way: [] }, '92 a3776179 90'],
  [{ what: 'way', way: [B, A] }, `92 a3776179 92${B_HEX}${A_HEX}`],
]

const INTEREST: [frame: InterestFrame, hex: string][] = [
  [{ add: [], remove: [] }, '92 90 90'],
  [{ add: ['job'], remove: [''] }, '92 91a36a6f62 91a0'],
  [{ add: [], remove: ['é', 'x'.repeat(40)] }, `92 90 92 a2c3a9 d928${'78'.repeat(40)}`],
]

describe('news of the tree', () => {
  for (const [frame, hex] of TOPOLOGY) {
    it(`'${frame.what}' stands on the wire as ${hex.slice(0, 20)}…, and back`, () => {
      const bytes = encodeTopology(frame)
      assert.equal(bytes.toString('hex'), hex.replaceAll(' ', ''))
      assert.deepEqual(topology(bytes), frame)
    })
  }

  it('are read from the middle of a chunk', () => {
    for (const [frame, hex] of TOPOLOGY) {
      const chunk = bytesOf(`ffff ${hex} 00ff`)
      assert.deepEqual(decodeTopology(chunk, 2, chunk.length - 2), frame)
    }
  })

  it('cut what is only for people to read, and let no control character through', () => {
    const host = `\u001b[2J${'h'.repeat(400)}`
    const online = topology(encodeTopology({ what: 'online', pids: [B], process: { ...PROCESS, host }, parent: A }))
    assert.equal(online.what === 'online' && online.process.host, `?[2J${'h'.repeat(252)}`)
    const info = { code: 1, signal: null, reason: `a\nb\u009b${'r'.repeat(400)}` }
    const offline = topology(encodeTopology({ what: 'offline', pids: [A], pid: B, info }))
    assert.equal(offline.what === 'offline' && offline.info.reason, `a?b?${'r'.repeat(252)}`)
  })

  const who = [B, 4712, 'box', 'fork', 'web']
  const long = 'x'.repeat(257)
  const deep = Array.from({ length: MAX_HOPS + 1 }, () => A)
  for (const [what, value] of [
    ['no array', { what: 'way', way: [] }],
    ['an empty array', []],
    ['another word', ['gone', [A]]],
    ['a way that is no array', ['way', A]],
    ['a way of something else', ['way', ['gm']]],
    ['a way that is too long', ['way', deep]],
    ['online from nobody', ['online', [], who, A]],
    ['online below nobody', ['online', [B], who, null]],
    ['online without a process', ['online', [B], null, A]],
    ['a process without a pid', ['online', [B], ['x', ...who.slice(1)], A]],
    ['an OS pid that is no whole number', ['online', [B], who.with(1, 4.5), A]],
    ['a host that is too long', ['online', [B], who.with(2, long), A]],
    ['an unknown role', ['online', [B], who.with(3, 'king'), A]],
    ['a title that is no string', ['online', [B], who.with(4, 7), A]],
    ['offline from nobody', ['offline', [], B, 0, null, 'exit']],
    ['offline of nobody', ['offline', [A], 'B', 0, null, 'exit']],
    ['a code that is no number', ['offline', [A], B, '0', null, 'exit']],
    ['a signal that is no string', ['offline', [A], B, 0, 9, 'exit']],
    ['no reason', ['offline', [A], B, 0, null]],
    ['a reason that is too long', ['offline', [A], B, 0, null, long]],
  ] as const) {
    it(`are not ${what}`, () => {
      assert.throws(() => topology(pack(value)), isProtocolError)
    })
  }

  for (const [what, hex] of [
    ['nothing', ''],
    ['half of it', '92 a3776179'],
    ['more than it', '92 a3776179 90 00'],
    ['an array that claims 2^25 elements', 'dd01ffffff'],
    ['arrays in arrays', '91'.repeat(60_000)],
    ['more than 64 KiB', `92 a3776179 db00010000 ${'61'.repeat(65_536)}`],
  ] as const) {
    it(`are not ${what}`, () => {
      assert.throws(() => topology(bytesOf(hex)), isProtocolError)
    })
  }
})

describe('interest', () => {
  for (const [frame, hex] of INTEREST) {
    it(`stands on the wire as ${hex.slice(0, 20)}, and back`, () => {
      const bytes = encodeInterest(frame)
      assert.equal(bytes.toString('hex'), hex.replaceAll(' ', ''))
      assert.deepEqual(interest(bytes), frame)
    })
  }

  it('takes many names of the longest kind', () => {
    const add = Array.from({ length: 70_000 }, (_, i) => String(i).padStart(MAX_EVENT_BYTES, '.'))
    assert.deepEqual(interest(encodeInterest({ add, remove: [] })), { add, remove: [] })
  })

  for (const [what, value] of [
    ['no array', 'job'],
    ['one array', [['job']]],
    ['names that are no strings', [['job', 1], []]],
    ['names in arrays', [[['job']], []]],
    ['a name that is too long', [[], [`${'é'.repeat(128)}x`]]],
  ] as const) {
    it(`is not ${what}`, () => {
      assert.throws(() => interest(pack(value)), isProtocolError)
    })
  }

  it('is not arrays in arrays, however deep', () => {
    assert.throws(() => interest(Buffer.alloc(2_000_000, 0x91)), isProtocolError)
  })
})

describe('garbage', () => {
  it('is a protocol error, or a frame that can be written again', () => {
    const frames = [...TOPOLOGY, ...INTEREST].map(([, hex]) => bytesOf(hex))
    const near = fc
      .tuple(fc.constantFrom(...frames), fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { minLength: 1, maxLength: 4 }))
      .map(([frame, changes]) => {
        const bytes = Buffer.from(frame)
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte
        return bytes
      })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), near), (garbage) => {
        const bytes = Buffer.from(garbage)
        for (const roundTrip of [
          () => assert.deepEqual(topology(encodeTopology(topology(bytes))), topology(bytes)),
          () => assert.deepEqual(interest(encodeInterest(interest(bytes))), interest(bytes)),
        ]) {
          try {
            roundTrip()
          } catch (error) {
            assert.ok(isProtocolError(error), String(error))
          }
        }
      }),
      { numRuns: 3000 },
    )
  })
})
