import assert from 'node:assert/strict'
import fs from 'node:fs'
import { describe, it } from 'node:test'
import { encodeFrame } from '../../../src/serve/streams/frame-encoder.js'
import { BINARIES, bytesOf, decode, MAX_PAYLOAD, TEXTS } from './frame-vectors.js'

const encode = (value: unknown): Buffer => encodeFrame(value, MAX_PAYLOAD)
const trip = (value: unknown): unknown => decode([encode(value)])[0]

class Point {
  x = 1
  #hidden = 2
  get sum(): number {
    return this.x + this.#hidden
  }
}

describe('an encoder', () => {
  for (const [value, hex] of TEXTS) {
    it(`makes ${hex} of ${JSON.stringify(value)}`, () => assert.deepEqual(encode(value), bytesOf(hex)))
  }

  for (const [value, head] of BINARIES) {
    it(`puts ${head} before ${value.length} bytes`, () => {
      assert.deepEqual(encode(value), Buffer.concat([bytesOf(head), value]))
    })
  }

  it('takes every buffer and every view as the bytes it has, and no more', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4)
    const rows: [unknown, number[]][] = [
      [bytes, [1, 2, 3, 4]],
      [bytes.subarray(1, 3), [2, 3]],
      [bytes.buffer, [1, 2, 3, 4]],
      [new DataView(bytes.buffer, 3), [4]],
      [Uint16Array.of(0x0201), [1, 2]],
      [new SharedArrayBuffer(2), [0, 0]],
    ]
    for (const [value, expected] of rows) assert.deepEqual(trip(value), Buffer.from(expected))
  })

  it('keeps nothing of the value', () => {
    const bytes = Buffer.from('abc')
    const frame = encode(bytes)
    bytes.fill(0)
    assert.deepEqual(decode([frame]), [Buffer.from('abc')])
  })
})

it('makes the bytes that docs/streams.md shows', () => {
  const rows = [
    ...fs.readFileSync('docs/streams.md', 'utf8').matchAll(/^\| (?:`(.*)`|([\d,]+) bytes?.*) \| `([\da-f ]+)`.* \|$/gm),
  ]
  assert.equal(rows.length, 10)
  for (const [row, json, size = '', hex = ''] of rows) {
    const value = json === undefined ? Buffer.alloc(Number(size.replace(',', '')), 0x2a) : JSON.parse(json)
    const shown = bytesOf(hex)
    const bytes = encode(value)
    assert.deepEqual(row.includes('…') ? bytes.subarray(0, shown.length) : bytes, shown, row)
  }
})

describe('as JSON does it', () => {
  const date = new Date(0)
  const shared = { a: 1 }
  const ROWS: [what: string, value: unknown, arrives: unknown][] = [
    ['a member that is undefined is left out', { a: undefined, b: 1 }, { b: 1 }],
    ['a date is its text', [date], ['1970-01-01T00:00:00.000Z']],
    ['an object is what its toJSON returns', { toJSON: () => ({ a: [1] }) }, { a: [1] }],
    ['a bigint may have a toJSON in the object around it', { toJSON: () => String(1n) }, '1'],
    ['an instance of a class is its own fields', new Point(), { x: 1 }],
    ['an object without a prototype is a plain one', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['symbol keys are left out', { [Symbol('a')]: 1 }, {}],
    ['what stands twice arrives twice', [shared, shared], [{ a: 1 }, { a: 1 }]],
    ['-0 is 0', -0, 0],
  ]
  for (const [what, value, arrives] of ROWS) it(what, () => assert.deepEqual(trip(value), arrives))

  it('a toJSON is asked once', () => {
    let asked = 0
    encode([{ toJSON: () => ++asked }])
    assert.equal(asked, 1)
  })

  it('a key __proto__ is a key', () => {
    const arrived = trip(JSON.parse('{"__proto__":{"a":1}}')) as object
    assert.deepEqual(Object.keys(arrived), ['__proto__'])
    assert.equal('a' in arrived, false)
  })
})

describe('what JSON would change is refused with its place', () => {
  const cycle: { a: unknown[] } = { a: [] }
  cycle.a.push(1, cycle)
  const sparse = [1]
  sparse.length = 2
  const ROWS: [what: string, value: unknown, path: string][] = [
    ['undefined', undefined, 'value'],
    ['undefined from toJSON', { toJSON: () => undefined }, 'value'],
    ['undefined in an array', { a: [1, undefined] }, 'value.a[1]'],
    ['a hole in an array', sparse, 'value[1]'],
    ['a function', () => {}, 'value'],
    ['a method', { a: { b() {} } }, 'value.a.b'],
    ['a symbol', [{}, { 'a b': Symbol('x') }], 'value[1]["a b"]'],
    ['NaN', Number.NaN, 'value'],
    ['infinity', [[Number.NEGATIVE_INFINITY]], 'value[0][0]'],
    ['a bigint', { é: 1n }, 'value.é'],
    ['a Map', new Map(), 'value'],
    ['a Set', [[], [new Set()]], 'value[1][0]'],
    ['a regular expression', { a: {}, b: /x/ }, 'value.b'],
    ['an error', new Error('x'), 'value'],
    ['a promise', [Promise.resolve()], 'value[0]'],
    ['a boxed number', [Object(1)], 'value[0]'],
    ['a Buffer within a value', { a: [Buffer.from('x')] }, 'value.a[0]'],
    ['a typed array within a value', [Uint8Array.of(1)], 'value[0]'],
    ['an ArrayBuffer within a value', [new ArrayBuffer(1)], 'value[0]'],
    ['a cycle', cycle, 'value.a[1]'],
  ]
  for (const [what, value, path] of ROWS) {
    it(what, () => assert.throws(() => encode(value), { code: 'ERR_IPEM_UNSERIALIZABLE', path }))
  }

  it('a toJSON or a getter that throws, with what it threw', () => {
    const cause = new Error('mine')
    const throws = () => {
      throw cause
    }
    for (const value of [
      { toJSON: throws },
      { get: Object.defineProperty({}, 'a', { get: throws, enumerable: true }) },
    ]) {
      assert.throws(() => encode(value), { code: 'ERR_IPEM_UNSERIALIZABLE', path: 'value', cause })
    }
  })

  it('a value that is too deep for the stack', () => {
    let deep: unknown = 1
    for (let i = 0; i < 30_000; i++) deep = [deep]
    assert.throws(() => encode(deep), { code: 'ERR_IPEM_UNSERIALIZABLE' })
  })
})

it('a value over the limit is refused, and one at the limit is not', () => {
  for (const [fits, exceeds] of [
    ['é', 'éa'],
    [Buffer.alloc(4), Buffer.alloc(5)],
  ]) {
    assert.deepEqual(decode([encodeFrame(fits, 4)]), [fits])
    assert.throws(() => encodeFrame(exceeds, 4), { code: 'ERR_IPEM_TOO_LARGE', limit: 4, size: 5 })
  }
})
