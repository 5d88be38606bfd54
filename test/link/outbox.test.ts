import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { countFrames, Outbox } from '../../src/link/outbox.js'
import { encodeFrame, FrameKind, writeVarint } from '../../src/wire/frame.js'
import { spareMemory } from '../../src/wire/spare-memory.js'

const LARGE = 16_384

const byFirst = (a: Buffer | null, b: Buffer | null) => (a?.[0] ?? 0) - (b?.[0] ?? 0)

/** An event frame, made the plain way. */
function eventFrame(headerId: number, requestId: number, payload: Buffer): Buffer {
  const ids = Buffer.alloc(16)
  const end = writeVarint(ids, writeVarint(ids, 0, headerId), requestId)
  return encodeFrame(FrameKind.event, Buffer.concat([ids.subarray(0, end), payload]))
}

describe('an outbox', () => {
  it('writes frames as they stand on the wire', () => {
    const outbox = new Outbox()
    outbox.addFrame(FrameKind.ping, Buffer.alloc(0))
    outbox.addFrame(FrameKind.interest, new Uint8Array([1, 2, 3]))
    outbox.addEvent(5, 0, Buffer.from('..abc..'), 2, 5, 'keep')
    outbox.addEvent(300, 2 ** 52, Buffer.from('z'), 0, 1, 'keep')
    const hex = [
      ['01000000', '08'],
      ['04000000', '07', '010203'],
      ['06000000', '06', '05', '00', '616263'],
      ['0c000000', '06', 'ac02', '8080808080808008', '7a'],
    ]
    assert.equal(Buffer.concat(outbox.take()).toString('hex'), hex.flat().join(''))
    assert.equal(outbox.bytes, 0)
  })

  it('gives small frames as one chunk and keeps large bodies where they are', () => {
    const outbox = new Outbox()
    const large = Buffer.alloc(LARGE, 7)
    outbox.addEvent(1, 0, Buffer.from('a'), 0, 1, 'keep')
    outbox.addEvent(1, 0, large, 0, LARGE, 'keep')
    outbox.addEvent(1, 0, Buffer.from('b'), 0, 1, 'keep')
    outbox.addFrame(FrameKind.topology, large.subarray(0, 100))
    outbox.addFrame(FrameKind.topology, new Uint8Array(large))
    const chunks = outbox.take()
    assert.deepEqual(
      chunks.map((chunk) => chunk.length),
      [8 + 7, LARGE, 8 + 105 + 5, LARGE],
    )
    assert.equal(chunks[1]?.buffer, large.buffer)
  })

  it('copies a large body that does not last', () => {
    const outbox = new Outbox()
    const large = Buffer.alloc(LARGE, 7)
    outbox.addEvent(1, 0, large, 0, LARGE, 'copy')
    large.fill(8)
    const expected = eventFrame(1, 0, Buffer.alloc(LARGE, 7))
    assert.deepEqual(Buffer.concat(outbox.take()), expected)
  })

  it('gives memory that was lent back when it is out, and not before', () => {
    const outbox = new Outbox()
    const size = 2 ** 18
    const lent = [1, 2, 3].map((byte) => Buffer.alloc(size, byte))
    const isFree = (buffer: Buffer | undefined) => {
      const spare = spareMemory.take(size)
      if (spare !== null) spareMemory.give(spare)
      return spare === buffer
    }
    while (spareMemory.take(size) !== null);
    for (const buffer of lent) outbox.addEvent(1, 0, buffer, 0, size, 'lend')
    const first = outbox.take(1)
    assert.equal(first.at(-1)?.buffer, lent[0]?.buffer, 'queued as it is')
    assert.equal(isFree(lent[0]), false)
    outbox.reuse()
    assert.equal(isFree(lent[0]), true)
    spareMemory.take(size)
    outbox.take()
    assert.equal(isFree(lent[1]), false)
    outbox.reuse()
    assert.deepEqual([spareMemory.take(size), spareMemory.take(size)].sort(byFirst), [lent[1], lent[2]])
  })

  it('counts its bytes, and is full from 64 KiB on', () => {
    const outbox = new Outbox()
    for (let i = 0; i < 64; i++) outbox.addFrame(FrameKind.topology, Buffer.alloc(1018))
    assert.deepEqual([outbox.bytes, outbox.full], [64 * 1023, false])
    outbox.addFrame(FrameKind.topology, Buffer.alloc(59))
    assert.deepEqual([outbox.bytes, outbox.full], [65_536, true])
    assert.equal(Buffer.concat(outbox.take()).length, 65_536)
    assert.deepEqual([outbox.bytes, outbox.full], [0, false])
  })

  it('starts with a small slab and ends with one of 64 KiB', () => {
    const outbox = new Outbox()
    const sizes = new Set<number>()
    for (let i = 0; i < 2000; i++) {
      outbox.addFrame(FrameKind.topology, Buffer.alloc(200))
      if (outbox.full) for (const chunk of outbox.take()) sizes.add(chunk.buffer.byteLength)
    }
    assert.deepEqual(
      [...sizes].sort((a, b) => a - b),
      [1024, 4096, 16_384, 65_536],
    )
  })

  it('writes over its slab when it is told that everything is out, and not before', () => {
    const outbox = new Outbox()
    outbox.addFrame(FrameKind.topology, Buffer.from('first'))
    const [first] = outbox.take() as [Buffer]
    outbox.addFrame(FrameKind.topology, Buffer.from('second'))
    outbox.reuse()
    assert.equal(first.toString('latin1', 5), 'first', 'something waits, so nothing is written over')
    const [second] = outbox.take() as [Buffer]
    assert.equal(second.byteOffset, first.byteOffset + first.length)
    outbox.reuse()
    outbox.addFrame(FrameKind.topology, Buffer.from('third'))
    assert.equal((outbox.take() as [Buffer])[0].byteOffset, first.byteOffset)
  })

  it('gives whole frames until there are so many bytes, never half of one', () => {
    const sizes = fc.array(fc.oneof(fc.nat(300), fc.integer({ min: LARGE, max: LARGE + 3 })), { maxLength: 40 })
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 100_000 }), (sizes, minBytes) => {
        const outbox = new Outbox()
        const frames = sizes.map((size, i) => eventFrame(i, 0, Buffer.alloc(size, i)))
        for (const [i, size] of sizes.entries()) outbox.addEvent(i, 0, Buffer.alloc(size, i), 0, size, 'keep')
        const parts: Buffer[] = []
        while (outbox.bytes > 0) {
          const chunks = outbox.take(minBytes)
          const part = Buffer.concat(chunks)
          // Throws where it does not begin and end with a frame.
          assert.ok(countFrames(chunks) > 0)
          assert.equal(part.length, wholeFrames(part))
          parts.push(part)
          if (outbox.bytes > 0) assert.ok(part.length >= minBytes)
        }
        assert.ok(Buffer.concat(parts).equals(Buffer.concat(frames)))
      }),
      { numRuns: 200 },
    )
  })
})

/** The length of the frames that lie whole in these bytes. */
function wholeFrames(bytes: Buffer): number {
  let end = 0
  while (bytes.length - end >= 5 && end + 4 + bytes.readUInt32LE(end) <= bytes.length)
    end += 4 + bytes.readUInt32LE(end)
  return end
}

describe('counting frames', () => {
  it('counts those of which not every byte is out, wherever the chunks are cut', () => {
    const sizes = [0, 3, LARGE, 1, 200, LARGE + 1, 5]
    const outbox = new Outbox()
    for (const size of sizes) outbox.addEvent(1, 0, Buffer.alloc(size), 0, size, 'keep')
    const chunks = outbox.take()
    const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    const ends = sizes.map(
      (
        (end) => (size: number) =>
          (end += 7 + size)
      )(0),
    )
    for (const written of [0, 1, ...ends.flatMap((end) => [end - 1, end, end + 1]), total]) {
      assert.equal(countFrames(chunks, written), ends.filter((end) => end > written).length, `after ${written} bytes`)
    }
  })

  it('is 0 for nothing', () => {
    assert.equal(countFrames([]), 0)
    assert.equal(countFrames(new Outbox().take()), 0)
  })
})
