import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { IpemError } from '../../src/errors.js'
import { decodePayload, encodePayload } from '../../src/wire/payload.js'
import { any, plain } from './payload-arbitraries.js'

const MAX_BYTES = 64 * 1024 * 1024

/** The arguments, or undefined if the bytes were refused as they should be. */
function tryDecode(bytes: Buffer): unknown[] | undefined {
  try {
    const args = decodePayload(bytes, 0, bytes.length)
    assert.ok(Array.isArray(args))
    return args
  } catch (error) {
    assert.ok(error instanceof IpemError, String(error))
    assert.equal(error.code, 'ERR_IPEM_PROTOCOL')
    return undefined
  }
}

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex')
}

function assertRefused(bytes: Buffer): void {
  assert.equal(tryDecode(bytes), undefined, bytes.subarray(0, 40).toString('hex'))
}

describe('bytes that are no payload', () => {
  it('are refused or read, whatever they are', () => {
    const head = fc
      .constantFrom('00', '01', '0091', '0191', '019200', '01920093', '01920094088080', '0192009307')
      .map(hex)
    fc.assert(
      fc.property(head, fc.uint8Array({ maxLength: 80 }), (start, rest) => {
        tryDecode(Buffer.concat([start, rest]))
      }),
      { numRuns: 10_000 },
    )
  })

  it('are refused or read if a payload was damaged', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 })
    fc.assert(
      fc.property(fc.array(fc.oneof(any, plain)), damage, (args, hits) => {
        const bytes = Buffer.from(encodePayload(args, MAX_BYTES))
        for (const [at, value] of hits) bytes[at % bytes.length] = value
        tryDecode(bytes)
      }),
      { numRuns: 1_000 },
    )
  })

  it('are refused wherever a payload is cut off, and with anything behind it', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(any, plain), { maxLength: 4 }), fc.nat(255), (args, extra) => {
        const bytes = encodePayload(args, MAX_BYTES)
        // Every place in front, then some: a long string has thousands that are all alike.
        for (let end = 0; end < bytes.length; end += end < 200 ? 1 : 97) assertRefused(bytes.subarray(0, end))
        assertRefused(Buffer.concat([bytes, Buffer.from([extra])]))
      }),
      { numRuns: 50 },
    )
  })

  it('do not take the bytes behind them for their own', () => {
    const chunk = Buffer.concat([hex('0092c0'), hex('c0c0c0c0')])
    assert.throws(() => decodePayload(chunk, 0, 3), { code: 'ERR_IPEM_PROTOCOL' })
  })

  const cases: [what: string, bytes: string][] = [
    ['nothing', ''],
    ['a form nobody knows', '02 90'],
    ['arguments that are no array', '00 80'],
    ['arguments that are no array in structured form', '01 920401'],
    ['an array without a node', '01 90'],
    ['the byte that MessagePack never uses', '00 91 c1'],
    ['a key that is a number', '00 91 8101c0'],
    ['a key that is a map', '00 91 8180c0'],
    ['a key __proto__', '00 91 81a95f5f70726f746f5f5f80'],
    ['a key __proto__ in structured form', '01 9200 81a95f5f70726f746f5f5f80'],
    ['a field __proto__ of an error', '01 9200 94088081a95f5f70726f746f5f5f8080'],
    ['a node nobody knows', '01 9200 9163'],
    ['a node with a field too many', '01 9200 93040101'],
    ['a Map with a key and no value', '01 9200 920201'],
    ['a reference to what comes later', '01 9200 920101'],
    ['a reference to no place', '01 9200 9201cbbff0000000000000'],
    ['a reference to a method of arrays', '01 9200 9201a6636f6e636174'],
    ['a reference to the prototype of arrays', '01 9200 9201a95f5f70726f746f5f5f'],
    ['a RegExp that is none', '01 9200 9305a128a0'],
    ['flags that are none', '01 9200 9305a161a171'],
    ['a bigint that is none', '01 9200 920ba178'],
    ['a view of half an element', '01 9200 930704c40101'],
    ['a view nobody knows', '01 9200 930763c40101'],
    ['a boxed null', '01 9200 920ac0'],
    ['a boxed object', '01 9200 920a80'],
    ['a name of an error that is none', '01 9200 940881a46e616d65018080'],
    ['fields of an error that are none', '01 9200 940880c080'],
    ['a date that is none', '01 9200 9204a0'],
  ]
  for (const [what, bytes] of cases) {
    it(`are refused: ${what}`, () => {
      assertRefused(hex(bytes))
    })
  }

  it('make nothing by way of an extension', () => {
    for (let type = 1; type < 256; type++) {
      const id = type.toString(16).padStart(2, '0')
      for (const form of [
        `d4${id}00`,
        `d4${id}0092a0a0`,
        `d5${id}0000`,
        `d6${id}00000000`,
        `d7${id}${'00'.repeat(8)}`,
        `c704${id}00000000`,
        `c80004${id}00000000`,
      ]) {
        assertRefused(hex(`0091${form}`))
        assertRefused(hex(`019200${form}`))
      }
    }
  })

  it('change no prototype', () => {
    const args = ['constructor', 'prototype', 'toString', '__defineGetter__', '__lookupGetter__'].map((key) => ({
      [key]: { polluted: key },
    }))
    const bytes = encodePayload(args, MAX_BYTES)
    assert.deepStrictEqual(decodePayload(bytes, 0, bytes.length), args)
    assert.equal(({} as Record<string, unknown>).polluted, undefined)
  })

  it('reserve no memory for lengths that are not there', () => {
    const before = process.memoryUsage()
    for (const token of ['c6', 'c9', 'db', 'dd', 'df']) {
      assertRefused(hex(`0091${token}ffffffff`))
      assertRefused(hex(`0191${token}ffffffff`))
    }
    // Arrays that each announce as many elements as there are bytes, one in the other.
    const bomb = Buffer.alloc(400_000)
    for (let at = 0; at + 5 <= bomb.length; at += 5) {
      bomb[at] = 0xdd
      bomb.writeUInt32BE(bomb.length - at - 5, at + 1)
    }
    for (const form of ['00', '01']) assertRefused(Buffer.concat([hex(form), bomb]))
    const after = process.memoryUsage()
    assert.ok(after.rss - before.rss < 128 * 1024 * 1024, `${after.rss - before.rss}`)
  })

  it('do not overflow the stack', () => {
    for (const deep of ['91', '81a161', '92 00', '92 03', '93 02 c0', '92 09 81a161', '96 08 a0 a0 c0 80 81a161']) {
      for (const form of ['00', '01']) assertRefused(Buffer.concat([hex(form), ...new Array(100_000).fill(hex(deep))]))
    }
  })
})
