// Which arguments MessagePack carries as they are. One walk, without a trace where all is plain.

/** Deeper values take the structured form. A cycle is followed to here before it is taken for one, so it is kept low. */
const MAX_PLAIN_DEPTH = 32

/** Most keys of an object in the plain form: its length takes 16 bits. */
const MAX_KEYS = 65_535

const BYTE_ORDER_MARK = 0xfeff
const INT_64 = 2n ** 63n
const UINT_64 = 2n ** 64n

const objectPrototype = Object.prototype
const bufferPrototype = Buffer.prototype

/**
 * True where plain MessagePack brings everything back: strings, numbers, booleans, null, undefined, bigints of 64
 * bits, Buffers, arrays and plain objects. False also for what cannot travel at all; the structured form says why.
 */
export function isPlain(value: unknown, maxBytes: number, depth = MAX_PLAIN_DEPTH): boolean {
  switch (typeof value) {
    case 'string':
      return isPlainText(value)
    case 'number':
      // Minus zero would lose its sign.
      return value !== 0 || 1 / value > 0
    case 'boolean':
    case 'undefined':
      return true
    case 'bigint':
      return isPlainBigint(value)
    case 'object':
      return value === null || (depth > 0 && isPlainObject(value, maxBytes, depth - 1))
    default:
      return false
  }
}

export function isPlainBigint(value: bigint): boolean {
  return value >= -INT_64 && value < UINT_64
}

/**
 * The decoder takes a byte order mark in front of a string for no part of it, and half of a surrogate pair does not
 * survive in UTF-8.
 */
export function isPlainText(text: string): boolean {
  return text.isWellFormed() && text.charCodeAt(0) !== BYTE_ORDER_MARK
}

function isPlainObject(value: object, maxBytes: number, depth: number): boolean {
  if (Array.isArray(value)) {
    // Each element takes a byte or more: a sparse array of 2^32 slots is not walked to find that out.
    if (value.length > maxBytes) return false
    for (let index = 0; index < value.length; index++) if (!isPlain(value[index], maxBytes, depth)) return false
    return true
  }
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== objectPrototype) return prototype === bufferPrototype
  let keys = 0
  for (const key in value) {
    if (++keys > MAX_KEYS || key === '__proto__') return false
    if (!isPlain((value as Record<string, unknown>)[key], maxBytes, depth) || !isPlainText(key)) return false
  }
  return true
}
