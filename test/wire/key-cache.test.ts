import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { KeyCache } from '../../src/wire/key-cache.js'

describe('a cache of keys', () => {
  it('answers the text of the bytes, whatever it has seen before', () => {
    const cache = new KeyCache()
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 12 })), fc.nat(3), (keys, before) => {
        for (const key of [...keys, ...keys]) {
          const bytes = Buffer.from(`${'x'.repeat(before)}${key}behind`)
          const end = before + Buffer.byteLength(key)
          assert.equal(cache.text(bytes, before, end), Buffer.from(key).toString())
        }
      }),
      { numRuns: 500 },
    )
  })

  it('tells keys apart that fall on the same place', () => {
    const cache = new KeyCache()
    // 31 · 'a' + 'b' = 31 · 'b' + ('b' - 31): the same hash.
    const [one, other] = [Buffer.from('ab'), Buffer.from('bC')]
    for (const key of [one, other, one, other]) assert.equal(cache.text(key, 0, 2), key.toString())
  })

  it('keeps nothing of the bytes it was given', () => {
    const cache = new KeyCache()
    const bytes = Buffer.from('key')
    assert.equal(cache.text(bytes, 0, 3), 'key')
    bytes.fill('y')
    assert.equal(cache.text(Buffer.from('key'), 0, 3), 'key')
    assert.equal(cache.text(bytes, 0, 3), 'yyy')
  })
})
