import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SpareMemory } from '../../src/wire/spare-memory.js'

describe('spare memory', () => {
  it('gives the smallest buffer that is large enough, each once', () => {
    const spare = new SpareMemory()
    for (const size of [3000, 1000, 2000]) spare.give(Buffer.alloc(size))
    const sizes = [1500, 1500, 1500, 1].map((size) => spare.take(size)?.length)
    assert.deepEqual(sizes, [2000, 3000, undefined, 1000])
  })

  it('keeps no more than 4 MiB', () => {
    const spare = new SpareMemory()
    const mib = 1024 * 1024
    for (let i = 0; i < 6; i++) spare.give(Buffer.alloc(mib))
    spare.give(Buffer.alloc(8 * mib))
    let bytes = 0
    for (let taken = spare.take(1); taken !== null; taken = spare.take(1)) bytes += taken.length
    assert.equal(bytes, 4 * mib)
  })
})
