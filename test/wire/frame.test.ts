import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { IpemError } from '../../src/errors.js'
import {
  encodeFrame,
  FrameKind,
  FrameReader,
  MAX_VARINT,
  VarintReader,
  varintLength,
  writeVarint,
} from '../../src/wire/frame.js'

const MAX_FRAME = 1000

/** What stands on the wire, and what it means. */
const VECTORS: [hex: string, kind: FrameKind, body: string][] = [
  ['01000000 08', FrameKind.ping, ''],
  ['0100000009', FrameKind.pong, ''],
  ['01000000 0a', FrameKind.bye, ''],
  ['0400000006 0100c0', FrameKind.event, '0100c0'],
  ['05000000 05 00940102', FrameKind.header, '00940102'],
  ['02000000 01 ff', FrameKind.hello, 'ff'],
  ['03000000 02 8000', FrameKind.welcome, '8000'],
  ['02000000 03 00', FrameKind.refuse, '00'],
  ['03000000 04 ffff', FrameKind.topology, 'ffff'],
  ['0b000000 07 00010203040506070809', FrameKind.interest, '00010203040506070809'],
]

const bytesOf = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')
const STREAM = bytesOf(VECTORS.map(([hex]) => hex).join(''))
const FRAMES = VECTORS.map(([, kind, body]) => [kind, body])

type Read = [kind: FrameKind, body: string]

function reader(onFrame: (frame: Read) => void = () => {}, maxFrame = MAX_FRAME) {
  const frames: Read[] = []
  const reader = new FrameReader(maxFrame, (kind, bytes, start, end) => {
    const frame: Read = [kind, bytes.toString('hex', start, end)]
    frames.push(frame)
    onFrame(frame)
  })
  return { frames, reader }
}

const isProtocolError = (error: unknown) => error instanceof IpemError && error.code === 'ERR_IPEM_PROTOCOL'

describe('a frame', () => {
  for (const [hex, kind, body] of VECTORS) {
    it(`of kind ${kind} is ${hex}`, () => {
      assert.equal(encodeFrame(kind, Buffer.from(body, 'hex')).toString('hex'), hex.replaceAll(' ', ''))
    })
  }

  it('of more than 16 MB has its length in four bytes, the lowest first', () => {
    const frame = encodeFrame(FrameKind.event, Buffer.alloc(0x01020303))
    assert.equal(frame.toString('hex', 0, 6), '040302010600')
  })
})

describe('a reader of frames', () => {
  it('takes a stream in one piece, in place', () => {
    const places: [Buffer, number, number][] = []
    new FrameReader(MAX_FRAME, (_kind, bytes, start, end) => places.push([bytes, start, end])).push(STREAM)
    assert.equal(places.length, VECTORS.length)
    assert.deepEqual(
      places.map(([bytes, start, end]) => bytes.toString('hex', start, end)),
      VECTORS.map(([, , body]) => body),
    )
    for (const [bytes] of places) assert.equal(bytes, STREAM)
  })

  it('takes a stream split at any two places', () => {
    for (let first = 0; first <= STREAM.length; first++) {
      for (let second = first; second <= STREAM.length; second++) {
        const read = reader()
        read.reader.push(STREAM.subarray(0, first))
        read.reader.push(STREAM.subarray(first, second))
        read.reader.push(STREAM.subarray(second))
        assert.deepEqual(read.frames, FRAMES, `split at ${first} and ${second}`)
      }
    }
  })

  it('takes a stream byte by byte', () => {
    const read = reader()
    for (const byte of STREAM) read.reader.push(Buffer.of(byte))
    assert.deepEqual(read.frames, FRAMES)
  })

  it('takes frames of any size in pieces of any size', () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: MAX_FRAME - 1 }), { maxLength: 20 })
    fc.assert(
      fc.property(bodies, fc.infiniteStream(fc.integer({ min: 1, max: 700 })), (bodies, cuts) => {
        const stream = Buffer.concat(bodies.map((body) => encodeFrame(FrameKind.event, body)))
        const read = reader()
        for (let offset = 0; offset < stream.length; ) {
          const size = cuts.next().value as number
          read.reader.push(stream.subarray(offset, offset + size))
          offset += size
        }
        assert.deepEqual(
          read.frames,
          bodies.map((body) => [FrameKind.event, Buffer.from(body).toString('hex')]),
        )
      }),
    )
  })

  it('takes a frame of the limit and refuses the next larger one, before its body has come', () => {
    const read = reader()
    read.reader.push(encodeFrame(FrameKind.event, Buffer.alloc(MAX_FRAME - 1)))
    assert.equal(read.frames.length, 1)
    assert.throws(() => read.reader.push(bytesOf('e903000006')), isProtocolError)
  })

  for (const [what, hex] of [
    ['of length 0', '0000000006'],
    ['of kind 0', '0100000000'],
    ['of an unknown kind', '010000000b'],
    ['of kind 255', '01000000ff'],
    ['of 4 GiB', 'ffffffff06'],
  ] as const) {
    it(`refuses a frame ${what}, in whatever pieces it comes`, () => {
      for (let cut = 0; cut <= 5; cut++) {
        const read = reader()
        read.reader.push(STREAM)
        assert.throws(() => {
          read.reader.push(bytesOf(hex).subarray(0, cut))
          read.reader.push(bytesOf(hex).subarray(cut))
        }, isProtocolError)
        assert.equal(read.frames.length, VECTORS.length)
      }
    })
  }

  it('reports nothing after it was stopped, not even of the bytes it is reading', () => {
    for (let split = 0; split < 10; split++) {
      const read = reader(() => read.reader.stop())
      read.reader.push(STREAM.subarray(0, split))
      read.reader.push(STREAM.subarray(split))
      read.reader.push(STREAM)
      assert.deepEqual(read.frames, FRAMES.slice(0, split >= 10 ? 2 : 1))
    }
  })

  it('keeps the order when its sink pushes, wherever the stream is split', () => {
    for (let split = 0; split <= STREAM.length; split++) {
      for (let at = 0; at < VECTORS.length; at++) {
        const rest = [STREAM.subarray(split)]
        const read = reader(() => {
          if (read.frames.length === at + 1) for (const chunk of rest.splice(0)) read.reader.push(chunk)
        })
        read.reader.push(STREAM.subarray(0, split))
        for (const chunk of rest.splice(0)) read.reader.push(chunk)
        assert.deepEqual(read.frames, FRAMES, `split at ${split}, pushed at frame ${at}`)
      }
    }
  })

  it('takes large frames also straight into their place, from wherever they began', () => {
    const sizes = fc.array(fc.oneof(fc.nat(100), fc.integer({ min: 16_000, max: 70_000 })), { maxLength: 6 })
    fc.assert(
      fc.property(sizes, fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1 }), (sizes, reads) => {
        const bodies = sizes.map((size, index) => Buffer.alloc(size, index + 1))
        const stream = Buffer.concat(bodies.map((body) => encodeFrame(FrameKind.event, body)))
        const got: Buffer[] = []
        const reader = new FrameReader(100_000, (_kind, bytes, start, end) => got.push(bytes.subarray(start, end)))
        let straight = 0
        for (let at = 0, read = 0; at < stream.length; read++) {
          const most = reads[read % reads.length] as number
          const space = reader.space()
          const chunk = stream.subarray(at, at + Math.min(most, space?.length ?? most))
          at += chunk.length
          if (space === null) reader.push(Buffer.from(chunk))
          else {
            space.set(chunk)
            straight += chunk.length
            reader.filled(chunk.length)
          }
        }
        assert.deepEqual(got, bodies)
        assert.equal(reader.space(), null)
        if (sizes.every((size) => size < 16_384)) assert.equal(straight, 0)
      }),
      { numRuns: 200 },
    )
  })

  it('has no space after it was stopped, and takes nothing more', () => {
    const { reader: stopped, frames } = reader(undefined, 100_000)
    stopped.push(encodeFrame(FrameKind.event, Buffer.alloc(50_000)).subarray(0, 10))
    assert.equal(stopped.space()?.length, 50_000 - 5)
    stopped.stop()
    assert.equal(stopped.space(), null)
    stopped.filled(50_000 - 5)
    assert.deepEqual(frames, [])
  })

  it('never writes into memory it has reported', () => {
    const bodies: Buffer[] = []
    const read = new FrameReader(MAX_FRAME, (_kind, bytes, start, end) => bodies.push(bytes.subarray(start, end)))
    for (const byte of STREAM) read.push(Buffer.of(byte))
    assert.deepEqual(
      bodies.map((body) => body.toString('hex')),
      VECTORS.map(([, , body]) => body),
    )
  })
})

describe('a varint', () => {
  for (const [value, hex] of [
    [0, '00'],
    [1, '01'],
    [127, '7f'],
    [128, '8001'],
    [300, 'ac02'],
    [16_383, 'ff7f'],
    [16_384, '808001'],
    [2 ** 32, '8080808010'],
    [Number.MAX_SAFE_INTEGER, 'ffffffffffffff0f'],
  ] as const) {
    it(`of ${value} is ${hex}`, () => {
      const target = Buffer.alloc(10, 0xee)
      const end = writeVarint(target, 1, value)
      assert.equal(target.toString('hex', 1, end), hex)
      assert.equal(varintLength(value), end - 1)
      const varints = new VarintReader()
      assert.equal(varints.read(target, 1, end), value)
      assert.equal(varints.offset, end)
    })
  }

  it('survives for every whole number, at any offset', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(5), (value, offset) => {
        const target = Buffer.alloc(offset + MAX_VARINT)
        const end = writeVarint(target, offset, value)
        assert.equal(new VarintReader().read(target, offset, end), value)
      }),
    )
  })

  for (const [what, hex] of [
    ['nothing', ''],
    ['one that goes on behind the end', '80'],
    ['one of more than eight bytes', '808080808080808001'],
    ['one above 2^53 - 1', 'ffffffffffffff1f'],
  ] as const) {
    it(`is not ${what}`, () => {
      assert.throws(() => new VarintReader().read(bytesOf(hex), 0, hex.length / 2), isProtocolError)
    })
  }

  it('is not read beyond its frame', () => {
    assert.throws(() => new VarintReader().read(bytesOf('8001'), 0, 1), isProtocolError)
  })
})
