import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { FrameDecoder } from '../../../src/serve/streams/frame-decoder.js'
import { encodeFrame } from '../../../src/serve/streams/frame-encoder.js'
import { BINARIES, bytesOf, cut, decode, MAX_PAYLOAD, TEXTS } from './frame-vectors.js'

const PROTOCOL = 'ERR_IPEM_PROTOCOL'
const TOO_LARGE = 'ERR_IPEM_TOO_LARGE'

describe('a decoder', () => {
  for (const [value, hex] of TEXTS) {
    it(`takes ${JSON.stringify(value)} out of ${hex}`, () => assert.deepEqual(decode([bytesOf(hex)]), [value]))
  }

  for (const [value, head] of BINARIES) {
    it(`takes ${value.length} bytes out of what follows ${head}`, () => {
      const values = decode([Buffer.concat([bytesOf(head), value])])
      assert.deepEqual(values, [value])
      assert.ok(Buffer.isBuffer(values[0]))
    })
  }

  it('has the same values wherever several frames are split, at one place or at two', () => {
    const values = [
      { foo: 'bar' },
      Buffer.from([0, 0xff, 0x80]),
      null,
      Buffer.alloc(0),
      'é',
      Buffer.alloc(130, 0xff),
      1,
    ]
    const bytes = Buffer.concat(values.map((value) => encodeFrame(value, MAX_PAYLOAD)))
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        assert.deepEqual(decode(cut(bytes, [first, second])), values, `${first}, ${second}`)
      }
    }
    assert.deepEqual(decode([...bytes].map((byte) => Uint8Array.of(byte))), values)
  })

  it('has what was encoded, whatever it is and wherever it is split', () => {
    const json = fc.jsonValue({ noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value)) as unknown)
    const binary = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
    fc.assert(
      fc.property(fc.array(fc.oneof(json, binary)), fc.array(fc.nat()), (values, places) => {
        const bytes = Buffer.concat(values.map((value) => encodeFrame(value, MAX_PAYLOAD)))
        const chunks = cut(
          bytes,
          places.map((place) => place % (bytes.length + 1)),
        )
        assert.deepStrictEqual(decode(chunks), values)
      }),
      { numRuns: 500 },
    )
  })

  it('never does anything but values and errors of its own with bytes of any kind', () => {
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(0x00, 0xff, 0x80, 0x31))
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 60 }), fc.array(fc.nat()), (bytes, places) => {
        const all = Buffer.from(bytes)
        const whole = decode([all], 40)
        const split = decode(
          cut(
            all,
            places.map((place) => place % (all.length + 1)),
          ),
          40,
        )
        assert.deepStrictEqual(split, whole)
      }),
      { numRuns: 2000 },
    )
  })

  it('keeps nothing of the chunk in a binary value', () => {
    const chunk = Buffer.from([0x80, 2, 7, 8])
    const [value] = decode([chunk])
    chunk.fill(0)
    assert.deepEqual(value, Buffer.from([7, 8]))
  })

  it('takes a chunk that comes while the values of the one before are handled, behind them', () => {
    const decoder = new FrameDecoder(MAX_PAYLOAD)
    decoder.push(bytesOf('00 31 ff 00 32 ff 00'))
    assert.equal(decoder.next(), 1)
    decoder.push(Buffer.alloc(0))
    decoder.push(bytesOf('33 ff'))
    assert.deepEqual([decoder.next(), decoder.next(), decoder.next()], [2, 3, undefined])
  })
})

describe('junk', () => {
  const ROWS: [what: string, hex: string, values: unknown[]][] = [
    ['a byte that begins no frame', '41', [PROTOCOL]],
    ['the closing handshake of hixie-76', 'ff 00', [PROTOCOL]],
    ['a binary frame without the type', '00 31 ff 81 01', [1, PROTOCOL]],
    ['an empty text', '00 ff', [PROTOCOL]],
    ['a text that is no JSON', '00 7b ff', [PROTOCOL]],
    ['a text with a byte order mark', '00 efbbbf31 ff', [PROTOCOL]],
    ['a second beginning within a text', '00 31 00 32 ff', [PROTOCOL]],
    ['a text that is no UTF-8', '00 22 c3 22 ff', [PROTOCOL]],
    ['an overlong character', '00 22 c080 22 ff', [PROTOCOL]],
    ['a surrogate as UTF-8', '00 22 eda080 22 ff', [PROTOCOL]],
    ['a length with a zero in front', '80 80 01 41', [PROTOCOL]],
    ['an end within a text', '00 31', ['end', PROTOCOL]],
    ['an end behind the beginning of a text', '00', ['end', PROTOCOL]],
    ['an end within a length', '80 81', ['end', PROTOCOL]],
    ['an end within a binary', '80 02 41', ['end', PROTOCOL]],
  ]
  for (const [what, hex, values] of ROWS) {
    it(`is an error, once and for good: ${what}`, () => {
      assert.deepEqual(decode([bytesOf(hex)]), values)
      if (!values.includes('end')) assert.deepEqual(decode([bytesOf(`${hex} 00 31 ff`), bytesOf('00 32 ff')]), values)
    })
  }

  it('does not take back what came before it', () => {
    assert.deepEqual(decode([bytesOf('00 31 ff 80 01 02 41 00 33 ff')]), [1, Buffer.from([2]), PROTOCOL])
  })
})

describe('a limit', () => {
  const rows: [what: string, hex: string, values: unknown[]][] = [
    ['a text of just so much is taken', '00 31323334 ff', [1234]],
    ['a longer text is refused', '00 3132333435 ff', [TOO_LARGE]],
    ['a longer text is refused before it has ended', '00 3132333435', [TOO_LARGE]],
    ['a binary of just so much is taken', '80 04 01020304', [Buffer.from([1, 2, 3, 4])]],
    ['a longer binary is refused at its length', '80 05', [TOO_LARGE]],
    ['a length is refused before it has ended', '80 81', [TOO_LARGE]],
  ]
  for (const [what, hex, values] of rows) {
    it(what, () => {
      const bytes = bytesOf(hex)
      const limit = hex === '80 81' ? 0 : 4
      assert.deepEqual(decode([bytes], limit), values)
      assert.deepEqual(
        decode(
          [...bytes].map((byte) => Uint8Array.of(byte)),
          limit,
        ),
        values,
      )
    })
  }

  it('tells the size where it is known', () => {
    const decoder = new FrameDecoder(4)
    decoder.push(bytesOf('80 83 00'))
    assert.throws(() => decoder.next(), { code: TOO_LARGE, limit: 4 })
    const other = new FrameDecoder(4)
    other.push(bytesOf('80 05'))
    assert.throws(() => other.next(), { code: TOO_LARGE, limit: 4, size: 5 })
  })
})
