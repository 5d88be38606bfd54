import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Packr, Unpackr } from 'msgpackr'
import { decodePayload, encodePayload } from '../../src/wire/payload.js'
import { any, plain } from './payload-arbitraries.js'
import { documentation } from './payload-docs.js'

const MAX_BYTES = 64 * 1024 * 1024

function encode(...args: unknown[]): Buffer {
  return encodePayload(args, MAX_BYTES)
}

function decode(bytes: Buffer): unknown[] {
  return decodePayload(bytes, 0, bytes.length)
}

function errorOf(): Error {
  const error = Object.assign(new TypeError('no', { cause: 2n ** 64n }), { code: 'E_NO' })
  error.stack = 'at x'
  return error
}

function selfish(): object {
  const object: Record<string, unknown> = {}
  object.self = object
  return object
}

const VECTORS: [what: string, args: unknown[], hex: string][] = [
  ['nothing', [], '00 90'],
  [
    'objects in plain form',
    ['job', { id: 7, ök: true, tags: ['a', 'b'], half: -1.5 }],
    '00 92a36a6f6284a2696407a3c3b66bc3a47461677392a161a162a468616c66cbbff8000000000000',
  ],
  [
    'scalars in plain form',
    [null, undefined, 42, 300, -1, -256, 5n, 2n ** 63n, Buffer.from([1, 2, 3, 4]), -0, '\ufeff'],
    '00 9bc0d400002acd012cffd1ff00d30000000000000005cf8000000000000000c40401020304cb8000000000000000a3efbbbf',
  ],
  [
    'collections in structured form',
    [new Map([['a', new Set([1])]]), new Date(1e12), /a+/g, Uint16Array.of(1, 2), selfish()],
    '01 96009302a1619203019204cb426d1a94a20000009305a2612ba167930704c4040100020081a473656c66920106',
  ],
  [
    'an error in structured form',
    [errorOf()],
    '01 9200940883a46e616d65a9547970654572726f72a76d657373616765a26e6fa5737461636ba46174207881a4636f6465a4455f4e4f81a56361757365920bb13130303030303030303030303030303030',
  ],
  [
    'the rest of the structured form',
    [
      Object.assign(Object.create(null), { k: [] }),
      Object(true),
      new DataView(new ArrayBuffer(1)),
      new ArrayBuffer(1),
      '\ud800',
      2n ** 64n,
    ],
    '01 9700920981a16b9100920ac393070bc401009206c40100920cc40200d8920bb13130303030303030303030303030303030',
  ],
]

describe('what others have done to the platform', () => {
  it('does not travel: only own fields do', (t) => {
    const prototype = Object.prototype as unknown as Record<string, unknown>
    t.after(() => {
      Reflect.deleteProperty(prototype, 'extend')
      Reflect.deleteProperty(prototype, 'version')
    })
    prototype.extend = () => 1
    prototype.version = 1
    for (const args of [[{ a: 1 }], [{ at: new Date(1), deep: { b: 2 } }]]) {
      const [arrived] = decode(encode(...args)) as [object]
      assert.deepEqual(Object.keys(arrived), Object.keys(args[0] as object))
    }
  })

  it('costs a Buffer of another class nothing but its class', () => {
    class Bytes extends Uint8Array {}
    const bytes = Buffer.from('abc')
    Object.setPrototypeOf(bytes, Object.create(Buffer.prototype))
    const [arrived] = decode(encode(bytes, Bytes.of(1)))
    assert.ok(Buffer.isBuffer(arrived))
    assert.equal(String(arrived), 'abc')
  })
})

describe('payload bytes', () => {
  for (const [what, args, hex] of VECTORS) {
    it(`are as documented for ${what}`, () => {
      const bytes = encodePayload(args, MAX_BYTES)
      assert.equal(bytes.toString('hex'), hex.replaceAll(' ', ''))
      assert.ok(encodePayload(decode(bytes), MAX_BYTES).equals(bytes))
      assert.ok(documentation().includes(hex), hex)
    })
  }

  it('are, in plain form, what another implementation of MessagePack reads', () => {
    const unpackr = new Unpackr({ useRecords: false })
    const packr = new Packr({ useRecords: false, useToJSON: false, variableMapSize: true })
    fc.assert(
      fc.property(fc.array(plain.filter(isReadByMsgpackr)), (args) => {
        const bytes = encodePayload(args, MAX_BYTES)
        assert.equal(bytes[0], 0)
        assert.deepStrictEqual(unpackr.unpack(bytes.subarray(1)), args)
        assert.deepEqual(bytes.subarray(1), packr.pack(args))
      }),
      { numRuns: 500 },
    )
  })

  it('are the same as those of another for objects of any size', () => {
    const packr = new Packr({ useRecords: false, variableMapSize: true })
    for (const size of [0, 1, 15, 16, 17, 300, 65_535]) {
      const object = Object.fromEntries(Array.from({ length: size }, (_, index) => [`key ${index}`, { index }]))
      const args = ['before', { object, behind: [object] }]
      assert.ok(encodePayload(args, 10 * MAX_BYTES).equals(Buffer.concat([Buffer.from([0]), packr.pack(args)])))
    }
  })

  it('are read as well if another implementation has written them', () => {
    const packr = new Packr({ useRecords: false, useToJSON: false })
    fc.assert(
      fc.property(fc.array(plain.filter(isReadByMsgpackr)), (args) => {
        const bytes = Buffer.concat([Buffer.from([0]), packr.pack(args)])
        // msgpackr writes -0 as 0, and takes a byte order mark for no part of a string.
        assert.deepStrictEqual(decode(bytes), withoutMinusZero(args))
      }),
      { numRuns: 500 },
    )
    const forms = Buffer.from(
      '009b ca3fc00000 cc07 cd0007 ce00000007 d0ff d1ffff d2ffffffff da0001 61 db00000001 61 dc0001 c0 df00000001 a161 c0'.replaceAll(
        ' ',
        '',
      ),
      'hex',
    )
    assert.deepStrictEqual(decode(forms), [1.5, 7, 7, 7, -1, -1, -1, 'a', 'a', [null], { a: null }])
  })

  it('are found anywhere in a chunk', () => {
    fc.assert(
      fc.property(fc.array(any), fc.nat(100), fc.nat(100), (args, before, behind) => {
        const bytes = encodePayload(args, MAX_BYTES)
        const chunk = Buffer.concat([Buffer.alloc(before, 0x93), bytes, Buffer.alloc(behind, 0x93)])
        assert.deepStrictEqual(decodePayload(chunk, before, before + bytes.length), args)
      }),
    )
  })

  it('depend on nothing that was sent before', () => {
    fc.assert(
      fc.property(fc.array(any), fc.array(any), (args, others) => {
        const bytes = Buffer.from(encodePayload(args, MAX_BYTES))
        decode(encodePayload(others, MAX_BYTES))
        assert.ok(encodePayload(args, MAX_BYTES).equals(bytes))
      }),
    )
  })
})

describe('memory of a payload', () => {
  it('is not written to after it was handed out', () => {
    const sizes = fc.array(fc.oneof(fc.nat(300), fc.nat(9_000), fc.nat(90_000)), { maxLength: 30 })
    fc.assert(
      fc.property(sizes, (lengths) => {
        const payloads = lengths.map(
          (length, index) => [encode('x'.repeat(length), index), 'x'.repeat(length), index] as const,
        )
        for (const [bytes, text, index] of payloads) assert.deepStrictEqual(decode(bytes), [text, index])
      }),
      { numRuns: 30 },
    )
  })

  it('does not grow with the square of how many large values there are', () => {
    const large = Array.from({ length: 300 }, (_, index) => Buffer.alloc(20_000, index))
    assert.deepStrictEqual(decode(encode(large)), [large])
  })

  it('is the chunk that was read for a Buffer from 16 KiB on, and not for a smaller one, also beside it', () => {
    for (const form of [null, new Date(0)]) {
      const chunk = encode(Buffer.alloc(16_384, 2), { list: [Buffer.alloc(16_383, 1)] }, form)
      const [large, { list }] = decode(chunk) as [Buffer, { list: [Buffer] }]
      const [alone] = decode(encode(Buffer.alloc(16_383, 1), 'x'.repeat(90_000), form)) as [Buffer]
      assert.equal(large.buffer, chunk.buffer)
      for (const small of [list[0], alone]) {
        assert.ok(Buffer.isBuffer(small) && small.equals(Buffer.alloc(16_383, 1)))
        assert.equal(small.buffer.byteLength, 16_383)
      }
    }
  })

  it('is little more than a large Buffer needs, and not kept for the small payloads behind it', () => {
    for (const form of [null, new Date(0)]) {
      encode('small', form)
      const large = encode('head', Buffer.alloc(1 << 20), form)
      assert.ok(large.buffer.byteLength < (1 << 20) + 8_192, `${large.buffer.byteLength}`)
      assert.ok(encode('small', form).buffer.byteLength <= 65_536)
      encode('x'.repeat(1 << 20), form)
      assert.ok(encode('small', form).buffer.byteLength <= 65_536)
      assert.throws(() => encodePayload([Buffer.alloc(1 << 20), () => 1], MAX_BYTES))
      assert.ok(encode('small', form).buffer.byteLength <= 65_536)
    }
  })

  it('is its own for every typed array', () => {
    const chunk = encode(new Uint8Array(40_000), new ArrayBuffer(40_000))
    const [view, buffer] = decode(chunk) as [Uint8Array, ArrayBuffer]
    assert.notEqual(view.buffer, chunk.buffer)
    assert.deepStrictEqual([view.byteOffset, view.buffer.byteLength, buffer.byteLength], [0, 40_000, 40_000])
  })
})

describe('size of a payload', () => {
  it('may be exactly the limit', () => {
    fc.assert(
      fc.property(fc.array(any), (args) => {
        const { length } = encodePayload(args, MAX_BYTES)
        assert.equal(encodePayload(args, length).length, length)
        assert.throws(() => encodePayload(args, length - 1), { code: 'ERR_IPEM_TOO_LARGE', limit: length - 1 })
      }),
    )
  })

  it('is told when it is above', () => {
    assert.throws(() => encodePayload(['x'.repeat(100)], 50), { code: 'ERR_IPEM_TOO_LARGE', size: 104, limit: 50 })
    assert.throws(
      () => encodePayload([Buffer.alloc(1_000_000)], 1_000),
      (error: { size: number }) => error.size >= 1_000_000,
    )
  })

  it('is found too large before much is done about it', () => {
    const shared = Buffer.alloc(50 * 1024 * 1024)
    const sparse: unknown[] = []
    sparse[2 ** 32 - 2] = 1
    let laughs: unknown = 'ha'
    for (let level = 0; level < 30; level++) laughs = [laughs, laughs, new Date(0)]
    const start = performance.now()
    assert.throws(() => encodePayload([shared], 1_000), { code: 'ERR_IPEM_TOO_LARGE' })
    assert.throws(() => encodePayload([sparse], 1_000_000), { code: 'ERR_IPEM_TOO_LARGE' })
    // Each level refers to the one below twice, but it is written once.
    assert.ok(encodePayload([laughs], 1_000).length < 1_000)
    assert.ok(performance.now() - start < 2_000)
  })

  it('is not counted for each reference where a cycle makes the plain form endless', () => {
    const root: Record<string, unknown> = { text: 'x'.repeat(10_000) }
    root.child = { root }
    const [arrived] = decode(encodePayload([root], 11_000)) as [{ child: { root: unknown } }]
    assert.equal(arrived.child.root, arrived)
  })
})

describe('a payload within a payload', () => {
  for (const [what, size] of [
    ['small', 100],
    ['large', 100_000],
  ] as const) {
    it(`is written by a getter that sends, if it is ${what}`, () => {
      const inner: Buffer[] = []
      const object = {
        before: 'x'.repeat(100),
        get value() {
          inner.push(encode({ from: 'getter' }, Buffer.alloc(size)))
          return 'outer'
        },
        after: 'y'.repeat(100),
      }
      for (const form of [null, new Date(0)]) {
        const outer = encode(object, form)
        assert.deepStrictEqual(decode(outer), [{ ...object }, form])
      }
      for (const bytes of inner) assert.deepStrictEqual(decode(bytes), [{ from: 'getter' }, Buffer.alloc(size)])
    })
  }
})

/** It reads no byte order marks as they were, and writes no minus zeros. */
function isReadByMsgpackr(value: unknown): boolean {
  if (JSON.stringify(withoutMinusZero(value) ?? null, bigintsAsZero) !== JSON.stringify(value ?? null, minusAsNull))
    return false
  return !JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? 0 : part) ?? null).includes('\ufeff')
}

function bigintsAsZero(_key: string, part: unknown): unknown {
  return typeof part === 'bigint' ? 0 : part
}

function minusAsNull(_key: string, part: unknown): unknown {
  return Object.is(part, -0) ? null : bigintsAsZero(_key, part)
}

function withoutMinusZero(value: unknown): unknown {
  if (Object.is(value, -0)) return 0
  if (Array.isArray(value)) return value.map(withoutMinusZero)
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutMinusZero(part)]))
}
