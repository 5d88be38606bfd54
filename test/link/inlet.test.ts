import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Inlet } from '../../src/link/inlet.js'

/** An inlet as a socket uses it, and what its owner got; `space` is what the owner has room for. */
function inlet(spaces: (Buffer | null)[] = []) {
  const chunks: Buffer[] = []
  const filled: number[] = []
  const inlet = new Inlet()
  inlet.setOwner({
    space: () => spaces.shift() ?? null,
    filled: (bytes) => filled.push(bytes),
    received: (chunk) => chunks.push(chunk),
  })
  const read = (bytes: Buffer): Buffer => {
    const target = inlet.buffer()
    bytes.copy(target)
    assert.equal(inlet.callback(bytes.length), true)
    return target
  }
  return { read, chunks, filled }
}

describe('an inlet', () => {
  it('gives the bytes on in the order of the reads, and writes over none of them', () => {
    const { read, chunks } = inlet()
    const sizes = [1, 60_000, 65_536, 20, 50_000, 1]
    const all = sizes.map((size, index) => Buffer.alloc(size, index + 1))
    const rooms = all.map((bytes) => {
      const before = chunks.length
      const room = read(bytes).length
      assert.ok(room >= 16_384 && room <= 65_536)
      assert.equal(chunks.length, before + 1)
      return room
    })
    assert.equal(Math.max(...rooms), 65_536)
    assert.deepEqual(
      chunks.map((chunk) => chunk[0]),
      [1, 2, 3, 4, 5, 6],
    )
    assert.deepEqual(chunks, all)
  })

  it('takes little memory for little', () => {
    const { read, chunks } = inlet()
    for (let each = 0; each < 1000; each++) read(Buffer.from('abc'))
    assert.equal(new Set(chunks.map(({ buffer }) => buffer)).size, 1)
  })

  it('reads straight into the place its owner has', () => {
    const place = Buffer.alloc(100_000)
    const { read, chunks, filled } = inlet([null, place, null])
    read(Buffer.from('before'))
    assert.equal(read(Buffer.from('straight')), place)
    read(Buffer.from('behind'))
    assert.deepEqual(chunks.map(String), ['before', 'behind'])
    assert.deepEqual(filled, [8])
    assert.equal(place.toString('latin1', 0, 8), 'straight')
  })
})
