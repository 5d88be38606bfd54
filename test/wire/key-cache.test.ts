import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { KeyCache } from '../../src/wire/key-cache.js'

/** As MessagePack has it, with something around it. */
function framed(key: string, before: string) {
  const text = Buffer.from(key)
  const head = text.length < 32 ? [0xa0 | text.length] : [0xd9, text.length]
  const start = Buffer.byteLength(before)
  const bytes = Buffer.concat([Buffer.from(before), Buffer.from(head), text, Buffer.from('behind')])
  const textStart = start + head.length
  return { bytes, start, textStart, end: textStart + text.length }
}

function ask(cache: KeyCache, key: string, before = ''): string {
  const { bytes, start, textStart, end } = framed(key, before)
  const next = cache.next(bytes, start, bytes.length)
  if (next === null) return cache.find(bytes, start, textStart, end)
  assert.equal(cache.length, end - start)
  return next
}

describe('a cache of keys', () => {
  it('answers the text of the bytes, whatever it has seen before', () => {
    const cache = new KeyCache()
    const key = fc
      .oneof(
        fc.string({ unit: 'grapheme', maxLength: 12 }),
        fc.constantFrom('a', 'ab', 'b', 'x'.repeat(40), 'x'.repeat(31)),
      )
      .filter((key) => key !== '__proto__')
    fc.assert(
      fc.property(fc.array(key), fc.string({ unit: 'grapheme-ascii', maxLength: 3 }), (keys, before) => {
        for (const each of [...keys, ...keys]) assert.equal(ask(cache, each, before), each)
      }),
      { numRuns: 500 },
    )
  })

  it('tells keys apart that fall on the same place', () => {
    const cache = new KeyCache()
    // 31 · 'a' + 'b' = 31 · 'b' + 'C': the same hash.
    for (const key of ['ab', 'bC', 'ab', 'bC']) assert.equal(ask(cache, key), key)
  })

  it('expects the key that came next the last time, and does not insist', () => {
    const cache = new KeyCache()
    for (const key of ['id', 'name', 'id']) ask(cache, key)
    const { bytes, start } = framed('name', 'x')
    assert.equal(cache.next(bytes, start, bytes.length), 'name')
    assert.equal(cache.next(bytes, start, bytes.length), null)
    // Cut off in the middle of the key.
    ask(cache, 'id')
    assert.equal(cache.next(bytes, start, start + 4), null)
  })

  it('does not hold what has lost its place', () => {
    const cache = new KeyCache()
    const { bytes, start } = framed('second', '')
    for (const key of ['first', 'second', 'first']) ask(cache, key)
    // 1,024 places: by then others have taken that of the second.
    for (let number = 0; number < 20_000; number++) ask(cache, `key ${number}`)
    ask(cache, 'first')
    assert.equal(cache.next(bytes, start, bytes.length), null)
  })

  it('keeps no key that would change a prototype', () => {
    const cache = new KeyCache()
    ask(cache, 'a')
    for (let round = 0; round < 2; round++) assert.throws(() => ask(cache, '__proto__'), TypeError)
    ask(cache, 'a')
    const { bytes, start } = framed('__proto__', '')
    assert.equal(cache.next(bytes, start, bytes.length), null)
  })

  it('keeps nothing of the bytes it was given', () => {
    const cache = new KeyCache()
    const { bytes, start, textStart, end } = framed('key', '')
    cache.find(bytes, start, textStart, end)
    bytes.fill('y', textStart, end)
    assert.equal(cache.find(bytes, start, textStart, end), 'yyy')
    assert.equal(ask(cache, 'key'), 'key')
  })
})
