// The values that survive a trip, one generator for each row of the first table in docs/delivery.md.

import fc from 'fast-check'

/** Names that mean something to objects, or to those who look at them. */
const TREACHEROUS = ['constructor', 'hasOwnProperty', 'length', 'name', 'prototype', 'toJSON', 'toString', 'valueOf']

export const key = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }).filter((text) => text !== '__proto__') },
  { weight: 1, arbitrary: fc.constantFrom(...TREACHEROUS) },
)

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary', minLength: 40, maxLength: 300 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }).map((part) => `\ufeff${part.repeat(3_000)}`),
)

const number = fc.oneof(
  fc.integer(),
  fc.integer({ min: -300, max: 300 }),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 31, 2 ** 32, 2 ** 53),
)

const bigint = fc.oneof(
  fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }),
  fc.bigInt({ min: -(2n ** 2000n), max: 2n ** 2000n }),
  fc.constantFrom(0n, -1n, 2n ** 63n, 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 63n) - 1n, 2n ** 64n, 2n ** 64n - 1n),
)

const bytes = fc.uint8Array({ maxLength: 300 })
const buffer = bytes.map((value) => Buffer.from(value))

/** Before Node 24 assert.deepStrictEqual takes two invalid dates for different: those have a test of their own. */
const date = fc.date({ noInvalidDate: true })

const regExp = fc
  .tuple(
    fc.constantFrom('', 'a+', '[a-z\\d]{2,}?', '^(?<name>\\/.)$', 'é'),
    fc.constantFrom('', 'g', 'iy', 'dgimsuy', 'v'),
  )
  .map(([source, flags]) => new RegExp(source, flags))

const typedArray = fc.oneof(
  fc.int8Array(),
  fc.uint8Array(),
  fc.uint8ClampedArray(),
  fc.int16Array(),
  fc.uint16Array(),
  fc.int32Array(),
  fc.uint32Array(),
  fc.float32Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
  fc.bigUint64Array(),
)

const boxed = fc.oneof(number, text, fc.boolean(), bigint).map((primitive) => Object(primitive) as object)

const leaf = fc.oneof(
  text,
  number,
  bigint,
  fc.boolean(),
  fc.constantFrom(null, undefined),
  buffer,
  date,
  regExp,
  typedArray,
  boxed,
)

/** Leaves in containers in containers. */
const { any } = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('any'), { maxLength: 5 }),
    fc.dictionary(key, tie('any'), { maxKeys: 5, noNullPrototype: true }),
    fc.dictionary(key, tie('any'), { maxKeys: 5 }).map((object) => Object.assign(Object.create(null), object)),
    fc.array(fc.tuple(tie('any'), tie('any')), { maxLength: 4 }).map((entries) => new Map(entries)),
    fc.array(tie('any'), { maxLength: 4 }).map((items) => new Set(items)),
  ),
}))

export { any }

/** What any implementation of MessagePack understands. */
export const { plain } = fc.letrec<{ plain: unknown }>((tie) => ({
  plain: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    text,
    number,
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    buffer,
    fc.array(tie('plain'), { maxLength: 20 }),
    fc.dictionary(key, tie('plain'), { maxKeys: 20, noNullPrototype: true }),
  ),
}))

/** By the first cell of its row. The rows for errors, cycles and shared references have tests of their own. */
export const SURVIVING: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: text,
  number,
  'boolean, `null`, `undefined`': fc.oneof(fc.boolean(), fc.constantFrom(null, undefined)),
  bigint,
  Buffer: buffer,
  array: fc.array(any),
  'plain object': fc.dictionary(key, any, { noNullPrototype: true }),
  'object without a prototype': fc
    .dictionary(key, any)
    .map((object) => Object.assign(Object.create(null), object) as object),
  Map: fc.array(fc.tuple(any, any)).map((entries) => new Map(entries)),
  Set: fc.array(any).map((items) => new Set(items)),
  Date: date,
  RegExp: regExp,
  'typed array': typedArray,
  ArrayBuffer: bytes.map((value) => Uint8Array.from(value).buffer),
  DataView: bytes.map((value) => new DataView(Uint8Array.from(value).buffer)),
  'boxed primitive': boxed,
}
