// Values -> the structured form, as plain values for MessagePack: all that those lack, with cycles, shared
// references and errors. Refuses what cannot travel, by its path.

import { types } from 'node:util'
import { serializeError } from 'serialize-error'
import { IpemError } from '../errors.js'
import { MAX_DEPTH, Node, VIEWS } from './payload-nodes.js'
import { isBound, mapEntries, mapSize, setSize, setValues, typedArrayName } from './payload-platform.js'
import { entryStep, isTooLarge, located, propertyStep, Refusal } from './payload-refusal.js'
import { isPlainBigint } from './plain-numbers.js'
import { MAX_KEYS } from './plain-writer.js'

/** What serialize-error is asked for: the rest of an error's fields may be of any kind, and are ours. */
const ERROR_PARTS = new Set(['name', 'message', 'stack'])

/** A Map or Set to which a getter among its members adds or deletes. */
const CHANGING = 'something that changes while it is read'

/** The fields of an error that are usually not enumerable. */
const HIDDEN_ERROR_FIELDS = ['cause', 'errors']

/** @throws ERR_IPEM_UNSERIALIZABLE, ERR_IPEM_TOO_LARGE what is certain to be larger than `maxBytes` */
export function toStructured(args: readonly unknown[], maxBytes: number): unknown {
  try {
    return new StructuredWriter(maxBytes).value(args, 0)
  } catch (error) {
    throw error instanceof Refusal ? error.toError() : error
  }
}

class StructuredWriter {
  /** Every object so far, in order, and the number of each. */
  readonly #objects: object[] = []
  readonly #numbers = new Map<object, number>()
  readonly #maxBytes: number
  /** The least that the values so far take. */
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  value(value: unknown, depth: number): unknown {
    this.#count(1)
    switch (typeof value) {
      case 'string':
        return this.#text(value)
      case 'bigint':
        return isPlainBigint(value) ? value : [Node.bigint, hexadecimal(value)]
      case 'object':
        return value === null ? null : this.#object(value, depth + 1)
      case 'number':
      case 'boolean':
      case 'undefined':
        return value
      default:
        throw new Refusal(`a ${typeof value}`)
    }
  }

  #count(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes > this.#maxBytes) throw tooLarge(this.#bytes, this.#maxBytes)
  }

  #text(text: string): unknown {
    this.#count(text.length)
    return text.isWellFormed() ? text : [Node.text, Buffer.from(text, 'utf16le')]
  }

  #object(value: object, depth: number): unknown {
    const known = this.#numbers.get(value)
    if (known !== undefined) return [Node.reference, known]
    if (depth > MAX_DEPTH) throw new Refusal(`something nested deeper than ${MAX_DEPTH}`)
    this.#numbers.set(value, this.#objects.push(value) - 1)
    if (Array.isArray(value)) this.#count(value.length)
    if (Array.isArray(value)) return this.#items(Node.array, value, (index) => `[${index}]`, depth)
    const prototype = Object.getPrototypeOf(value)
    if (prototype === Object.prototype) return this.#fields(value, depth)
    if (prototype === null) return [Node.bare, this.#fields(value, depth)]
    return this.#special(value, depth)
  }

  /**
   * An instance of a class becomes a plain object of its fields, as with structuredClone. One of the platform's own
   * that has no fields is refused: a promise, a WeakMap, a URL would arrive as `{}`, and nobody would be told.
   */
  #special(value: object, depth: number): unknown {
    const tag = Object.prototype.toString.call(value).slice(8, -1)
    if (types.isMap(value)) return this.#entries(value, depth)
    if (types.isSet(value)) return this.#set(value, depth)
    if (types.isDate(value)) return [Node.date, Date.prototype.getTime.call(value)]
    if (types.isNativeError(value) || value instanceof Error) return this.#error(value, depth)
    if (ArrayBuffer.isView(value)) this.#count(value.byteLength)
    if (Buffer.isBuffer(value)) return plainBuffer(value)
    // Only what is seen through the view: its ArrayBuffer may be a pool that holds the data of others.
    if (ArrayBuffer.isView(value)) {
      const kind = VIEWS.indexOf(typedArrayName.call(value) ?? 'DataView')
      return [Node.view, kind, Buffer.from(value.buffer, value.byteOffset, value.byteLength)]
    }
    if (types.isArrayBuffer(value)) return [Node.arrayBuffer, Buffer.from(value)]
    if (types.isRegExp(value)) return [Node.regExp, this.#text(value.source), value.flags]
    if (types.isBoxedPrimitive(value)) return [Node.boxed, this.value(value.valueOf(), depth)]
    if (tag !== 'Object' && isBound(value, tag)) throw new Refusal(`an instance of ${tag}`)
    return this.#fields(value, depth)
  }

  #items(node: number, items: Iterable<unknown>, step: (index: number) => string, depth: number): unknown[] {
    const result: unknown[] = [node]
    for (const item of items) {
      try {
        result.push(this.value(item, depth))
      } catch (error) {
        throw located(error, step(result.length - 1))
      }
    }
    return result
  }

  #set(set: Set<unknown>, depth: number): unknown[] {
    const size = setSize.call(set)
    const items = this.#items(Node.set, [...setValues.call(set)], (index) => `.values()[${index}]`, depth)
    if (setSize.call(set) !== size) throw new Refusal(CHANGING)
    return items
  }

  #entries(map: Map<unknown, unknown>, depth: number): unknown[] {
    const size = mapSize.call(map)
    const result: unknown[] = [Node.map]
    for (const [key, value] of mapEntries.call(map)) {
      const index = (result.length - 1) >> 1
      try {
        if (index === size) throw new Refusal(CHANGING)
        result.push(this.value(key, depth))
        result.push(this.value(value, depth))
      } catch (error) {
        throw located(error, result.length % 2 === 1 ? `.keys()[${index}]` : entryStep(key, index))
      }
    }
    if (result.length !== 1 + 2 * size) throw new Refusal(CHANGING)
    return result
  }

  #fields(object: object, depth: number): unknown {
    const pairs: [string, unknown][] = []
    for (const key of Object.keys(object)) {
      try {
        if (key === '__proto__') throw new Refusal('a key that would change the prototype')
        pairs.push([key, this.value((object as Record<string, unknown>)[key], depth)])
      } catch (error) {
        throw located(error, propertyStep(key))
      }
    }
    return this.#record(pairs)
  }

  #record(pairs: readonly [string, unknown][]): unknown {
    if (pairs.length <= MAX_KEYS && pairs.every(([key]) => key.isWellFormed())) return Object.fromEntries(pairs)
    return [Node.object, ...pairs.flatMap(([key, value]) => [this.#text(key), value])]
  }

  #error(error: Error, depth: number): unknown[] {
    const parts = partsOf(error)
    const shell = Object.fromEntries(
      [...ERROR_PARTS]
        .map((key) => [key, parts[key as keyof typeof parts]])
        .filter(([, value]) => typeof value === 'string'),
    ) as Record<string, string>
    const visible = Object.keys(error)
    // Some classes have their code on the prototype.
    if (!visible.includes('code') && typeof parts.code === 'string') visible.push('code')
    const hidden = HIDDEN_ERROR_FIELDS.filter((key) => Object.hasOwn(error, key) && !visible.includes(key))
    const texts = Object.entries(shell).map(([key, value]) => [key, this.#text(value)] as [string, unknown])
    return [
      Node.error,
      this.#record(texts),
      this.#errorFields(error, visible, depth),
      this.#errorFields(error, hidden, depth),
    ]
  }

  /**
   * An error is seldom made by who sends it and may carry anything: a socket, a request, a function. What cannot
   * travel is left out, since an error that arrives without a field is of more use than one about that field.
   */
  #errorFields(error: Error, keys: readonly string[], depth: number): unknown {
    const pairs: [string, unknown][] = []
    for (const key of keys) {
      if (ERROR_PARTS.has(key) || key === '__proto__') continue
      const known = this.#objects.length
      try {
        pairs.push([key, this.value(error[key as keyof Error], depth)])
      } catch (failure) {
        if (isTooLarge(failure)) throw failure
        this.#forget(known)
      }
    }
    return this.#record(pairs)
  }

  /** Drops the objects that were met after the first `count`: what they became is thrown away. */
  #forget(count: number): void {
    for (const object of this.#objects.splice(count)) this.#numbers.delete(object)
  }
}

/** At depth 1 it looks at no other object. */
function partsOf(error: Error): ReturnType<typeof serializeError> {
  const options = { maxDepth: 1, useToJSON: false }
  try {
    return serializeError(error, options)
  } catch {
    // A getter of it throws. Seen through an object without fields of its own, only the parts of every error are read.
    return serializeError(Object.create(error) as Error, options)
  }
}

/** Of a class of the user's own: the Buffer it is. */
function plainBuffer(value: Buffer): Buffer {
  if (Object.getPrototypeOf(value) === Buffer.prototype) return value
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}

export function tooLarge(size: number, limit: number): IpemError {
  return new IpemError('ERR_IPEM_TOO_LARGE', `Expected a payload of at most ${limit} bytes, got ${size} or more`, {
    size,
    limit,
  })
}

function hexadecimal(value: bigint): string {
  return value < 0n ? `-${(-value).toString(16)}` : value.toString(16)
}
