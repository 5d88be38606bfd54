// What the structured form knows besides scalars, Buffers and plain objects: each is an array that starts with
// its number here. The numbers and the order of their fields are the wire; docs/protocol.md lists them.

export const Node = Object.freeze({
  /** items… */
  array: 0,
  /** index of an object that came before, counted in the order in which they start */
  reference: 1,
  /** key, value, key, value, … */
  map: 2,
  /** items… */
  set: 3,
  /** milliseconds since 1970, NaN if invalid */
  date: 4,
  /** source, flags */
  regExp: 5,
  /** bytes */
  arrayBuffer: 6,
  /** index in VIEWS, bytes */
  view: 7,
  /** what serialize-error says of it, map of its fields, map of those that are not enumerable */
  error: 8,
  /** map of the fields of an object without a prototype */
  bare: 9,
  /** the primitive in it */
  boxed: 10,
  /** hexadecimal digits, after a minus sign if it is negative */
  bigint: 11,
  /** UTF-16 code units, little-endian */
  text: 12,
  /** key, value, key, value, … of an object of more than 65,535 keys, or whose keys need a form of their own */
  object: 13,
} as const)

/** How many fields a kind has; undefined where it is as many as there are. */
export const FIELDS: readonly (number | undefined)[] = Object.freeze([
  undefined,
  1,
  undefined,
  undefined,
  1,
  2,
  1,
  2,
  3,
  1,
  1,
  1,
  1,
  undefined,
])

/** The kinds of view of an ArrayBuffer, in the order of their numbers on the wire. */
export const VIEWS: readonly string[] = Object.freeze([
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'DataView',
  'Float16Array',
])

/** Deepest value that travels. */
export const MAX_DEPTH = 1000
