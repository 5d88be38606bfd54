import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { pack } from 'msgpackr'
import { IpemError } from '../../src/errors.js'
import { MAX_EVENT_BYTES, MAX_HOPS, MessageType } from '../../src/message.js'
import { writeVarint } from '../../src/wire/frame.js'
import {
  encodeHeader,
  HeaderRing,
  headerFrameBody,
  MAX_HEADER_BYTES,
  parseHeaderFrame,
  type WireHeader,
} from '../../src/wire/headers.js'

const A = '4711-AAAAAAAAAA'
const B = '4712-BBBBBBBBBB'
const A_HEX = 'af343731312d41414141414141414141'
const B_HEX = 'af343731322d42424242424242424242'

const parse = (bytes: Buffer) => parseHeaderFrame(bytes, 0, bytes.length)
const isProtocolError = (error: unknown) => error instanceof IpemError && error.code === 'ERR_IPEM_PROTOCOL'

const VECTORS: [what: string, id: number, header: WireHeader, hex: string][] = [
  [
    'a multicast',
    0,
    { type: MessageType.toChilds, event: 'job', pids: [A], to: null, route: null },
    `00 95 02 a36a6f62 91${A_HEX} c0 c0`,
  ],
  [
    'a message to one process, by the topology',
    127,
    { type: MessageType.sendTo, event: 'job', pids: [A], to: B, route: null },
    `7f 95 06 a36a6f62 91${A_HEX} ${B_HEX} c0`,
  ],
  [
    'a message along a way, one hop before its target',
    1023,
    { type: MessageType.sendTo, event: 'é', pids: [A, B], to: B, route: [] },
    `ff07 95 06 a2c3a9 92${A_HEX}${B_HEX} ${B_HEX} 90`,
  ],
  [
    'a notice',
    65_535,
    { type: MessageType.notice, event: '', pids: [A], to: B, route: [B] },
    `ffff03 95 0a a0 91${A_HEX} ${B_HEX} 91${B_HEX}`,
  ],
]

describe('a header', () => {
  for (const [what, id, header, hex] of VECTORS) {
    it(`of ${what} stands on the wire as written here, and back`, () => {
      const body = headerFrameBody(id, encodeHeader(header))
      assert.equal(body.toString('hex'), hex.replaceAll(' ', ''))
      assert.deepEqual(parse(body), { id, header })
    })
  }

  it('is read from the middle of a chunk, and keeps none of it', () => {
    const [, id, header, hex] = VECTORS[2] as (typeof VECTORS)[number]
    const body = Buffer.from(hex.replaceAll(' ', ''), 'hex')
    const chunk = Buffer.concat([Buffer.from('ff00ff', 'hex'), body, Buffer.from('c0c0', 'hex')])
    const parsed = parseHeaderFrame(chunk, 3, 3 + body.length)
    chunk.fill(0x41)
    assert.deepEqual(parsed, { id, header })
  })

  it('has frozen arrays', () => {
    const { header } = parse(headerFrameBody(0, encodeHeader((VECTORS[3] as (typeof VECTORS)[number])[2])))
    assert.ok(Object.isFrozen(header.pids) && Object.isFrozen(header.route))
  })

  it('of the longest name and way fits', () => {
    const pids = Array.from({ length: MAX_HOPS }, (_, i) => `${4_000_000_000 + i}-ZZZZZZZZZZ`)
    const header: WireHeader = { type: 6, event: 'é'.repeat(MAX_EVENT_BYTES / 2), pids, to: B, route: pids }
    assert.deepEqual(parse(headerFrameBody(9, encodeHeader(header))).header, header)
  })

  it('that is too long is refused where it is made', () => {
    const header: WireHeader = { type: 2, event: 'x'.repeat(MAX_HEADER_BYTES), pids: [A], to: null, route: null }
    assert.throws(
      () => encodeHeader(header),
      (error: IpemError) => error.code === 'ERR_IPEM_TOO_LARGE' && error.limit === MAX_HEADER_BYTES,
    )
  })

  const fields: unknown[] = [2, 'job', [A], null, null]
  const tooMany = Array.from({ length: MAX_HOPS + 1 }, () => A)
  for (const [what, value] of [
    ['no array', { type: 2 }],
    ['too few fields', fields.slice(0, 4)],
    ['too many fields', [...fields, null]],
    ['a local type', fields.with(0, 0)],
    ['an unknown type', fields.with(0, 11)],
    ['half a type', fields.with(0, 2.5)],
    ['a name that is no string', fields.with(1, 7)],
    ['a name that is too long', fields.with(1, `${'é'.repeat(MAX_EVENT_BYTES / 2)}x`)],
    ['no way', fields.with(2, [])],
    ['a way that is too long', fields.with(2, tooMany)],
    ['a way of something else', fields.with(2, ['4711'])],
    ['a target that is no pid', fields.with(3, '../etc')],
    ['a route of something else', fields.with(4, [A, null])],
    ['a route that is too long', fields.with(4, tooMany)],
  ] as const) {
    it(`with ${what} is refused`, () => {
      assert.throws(() => parse(Buffer.concat([Buffer.of(0), pack(value)])), isProtocolError)
    })
  }

  for (const [what, hex] of [
    ['nothing', ''],
    ['an id alone', '00'],
    ['an id without an end', '8080'],
    ['bytes behind the header', `00 95 02 a36a6f62 91${A_HEX} c0 c0 00`],
    ['a header that is cut off', `00 95 02 a36a6f62 91${A_HEX} c0`],
    ['an array that claims 2^25 elements', '00 dd01ffffff'],
    ['arrays in arrays', `00 ${'91'.repeat(8000)}`],
    ['an extension', '00 d47241'],
  ] as const) {
    it(`is not ${what}`, () => {
      assert.throws(() => parse(Buffer.from(hex.replaceAll(' ', ''), 'hex')), isProtocolError)
    })
  }

  it('larger than the limit is refused before it is read', () => {
    const value = pack([2, 'x'.repeat(MAX_HEADER_BYTES), [A], null, null])
    assert.throws(() => parse(Buffer.concat([Buffer.of(0), value])), isProtocolError)
  })

  it('is nothing that garbage can be: a protocol error, or a header', () => {
    const near = fc.tuple(fc.uint8Array({ maxLength: 60 }), fc.nat(50)).map(([garbage, at]) => {
      const body = Buffer.from(headerFrameBody(5, encodeHeader((VECTORS[1] as (typeof VECTORS)[number])[2])))
      Buffer.from(garbage).copy(body, at)
      return body
    })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), near), (garbage) => {
        try {
          const { header } = parse(Buffer.from(garbage))
          assert.ok(header.type >= 1 && header.type <= 10)
        } catch (error) {
          assert.ok(isProtocolError(error), String(error))
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a ring of header ids', () => {
  const names = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => ({ name: from + i }))

  it('gives each header one id, from 0 on', () => {
    const ring = new HeaderRing<object>(16)
    const headers = names(0, 16)
    assert.deepEqual(
      headers.map((header) => [ring.idOf(header), ring.define(header), ring.idOf(header)]),
      headers.map((_, id) => [undefined, id, id]),
    )
  })

  it('gives the oldest id anew when it is full, and forgets who had it', () => {
    const ring = new HeaderRing<object>(16)
    const first = names(0, 16)
    for (const header of first) ring.define(header)
    const later = names(16, 20)
    assert.deepEqual(
      later.map((header) => ring.define(header)),
      [0, 1, 2, 3],
    )
    assert.deepEqual(
      first.map((header) => ring.idOf(header)),
      [undefined, undefined, undefined, undefined, ...names(4, 16).map(({ name }) => name)],
    )
  })

  it('takes a header that it forgot as a new one', () => {
    const ring = new HeaderRing<object>(2)
    const [a, b, c] = names(0, 3) as [object, object, object]
    for (const header of [a, b, c]) ring.define(header)
    assert.equal(ring.define(a), 1)
    assert.deepEqual([ring.idOf(a), ring.idOf(b), ring.idOf(c)], [1, undefined, 0])
  })

  it('never lets sender and receiver disagree, whatever is sent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.nat(12), { maxLength: 200 }), (size, sent) => {
        const ring = new HeaderRing<string>(size)
        const received: string[] = []
        for (const number of sent) {
          const header = `header ${number}`
          let id = ring.idOf(header)
          if (id === undefined) {
            id = ring.define(header)
            received[id] = header
          }
          assert.ok(id < size)
          assert.equal(received[id], header)
        }
      }),
    )
  })

  it('writes an id as a varint of at most three bytes', () => {
    const target = Buffer.alloc(8)
    for (const id of [0, 127, 128, 1023, 65_535]) {
      const end = writeVarint(target, 0, id)
      assert.ok(end <= 3)
      assert.equal(headerFrameBody(id, Buffer.of(9)).toString('hex'), `${target.toString('hex', 0, end)}09`)
    }
  })
})
