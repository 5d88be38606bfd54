// A value as JSON, or a refusal that names the place: JSON.stringify alone would make null or {} of what it does not
// know, and nobody would hear of it. Pure but for the `toJSON` of the user.

import { IpemError } from '../../index.js'

/** A path longer than this is cut in the middle. */
const MAX_PATH = 300

/**
 * As JSON.stringify does it: `toJSON` is asked once, members that are undefined are left out, an instance of a class
 * is its own enumerable fields, and -0 is 0.
 *
 * @throws ERR_IPEM_UNSERIALIZABLE
 */
export function jsonText(value: unknown): string {
  // The objects around the place where JSON.stringify is, outermost first, and the keys that led into them.
  const holders: object[] = []
  const keys: string[] = []

  function check(this: object, key: string, each: unknown): unknown {
    while (holders.length > 0 && holders.at(-1) !== this) {
      holders.pop()
      keys.pop()
    }
    const got = holders.includes(each as object) ? 'a cycle' : refused(each, this, key, holders.length === 0)
    if (got !== null) throw unserializable(pathOf(holders, [...keys, key]), got)
    if (typeof each === 'object' && each !== null) {
      holders.push(each)
      keys.push(key)
    }
    return each
  }

  try {
    return JSON.stringify(value, check)
  } catch (error) {
    if (error instanceof IpemError) throw error
    // Of the user's own, or the stack or the longest string are at an end.
    throw unserializable('value', 'something that throws when it is written as JSON', error)
  }
}

/** Why JSON would change what stands there; null if it would not. `each` is what `toJSON` made of it. */
function refused(each: unknown, holder: object, key: string, outermost: boolean): string | null {
  switch (typeof each) {
    case 'number':
      return Number.isFinite(each) ? null : String(each)
    case 'undefined':
      return outermost || Array.isArray(holder) ? 'undefined' : null
    case 'function':
      return 'a function'
    case 'symbol':
      return 'a symbol'
    case 'bigint':
      return `${each}n`
    case 'object':
      if (each === null) return null
      // A Buffer has a `toJSON`, which makes four bytes of each of its own and an object of the whole.
      if (Buffer.isBuffer(Reflect.get(holder, key))) return 'a Buffer, and binary is only sent by itself'
      return Array.isArray(each) ? null : kindOf(each)
    default:
      return null
  }
}

/** What an object says it is where that is not just an object: a Map, an Error, a RegExp; JSON would make {} of it. */
function kindOf(object: object): string | null {
  const kind = Object.prototype.toString.call(object).slice('[object '.length, -1)
  return kind === 'Object' ? null : `an object of kind ${kind}`
}

/** `holders` begins with the value itself, `keys` with the empty key that JSON.stringify reaches it by. */
function pathOf(holders: readonly object[], keys: readonly string[]): string {
  const steps = keys.slice(1).map((key, index) => {
    if (Array.isArray(holders[index])) return `[${key}]`
    return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
  })
  const full = `value${steps.join('')}`
  return full.length <= MAX_PATH ? full : `${full.slice(0, MAX_PATH / 2)}…${full.slice(-MAX_PATH / 2)}`
}

function unserializable(path: string, got: string, cause?: unknown): IpemError {
  return new IpemError('ERR_IPEM_UNSERIALIZABLE', `Expected ${path} to be data that JSON can carry, got ${got}`, {
    path,
    got,
    ...(cause === undefined ? {} : { cause }),
  })
}
