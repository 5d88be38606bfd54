// The structured form -> values. Whatever MessagePack made of the bytes of others is looked at piece by piece.

import { deserializeError } from 'serialize-error'
import { FIELDS, MAX_DEPTH, Node, VIEWS } from './payload-nodes.js'

type Fields = Record<string, unknown>

/** Throws where the form is not followed; the caller turns everything into one error. */
export function fromStructured(value: unknown): unknown {
  return new StructuredReader().value(value, 0)
}

class StructuredReader {
  /** Every object so far, by its number. */
  readonly #objects: unknown[] = []

  value(value: unknown, depth: number): unknown {
    if (typeof value !== 'object' || value === null) return value
    if (depth > 2 * MAX_DEPTH) throw new RangeError('nested too deeply')
    if (Array.isArray(value)) return this.#node(value, depth + 1)
    if (Buffer.isBuffer(value)) return this.#keep(value)
    // Keys and values are put back into the object that was just made from the bytes.
    if (Object.getPrototypeOf(value) === Object.prototype)
      return this.#fill(this.#keep(value as Fields), value, depth + 1)
    throw new TypeError('no value of the structured form')
  }

  #node(node: unknown[], depth: number): unknown {
    const fields = FIELDS[node[0] as number]
    if (fields !== undefined && node.length !== fields + 1) throw new TypeError('a node with other fields')
    const paired = node[0] === Node.map || node[0] === Node.object
    if (paired && node.length % 2 === 0) throw new TypeError('a key without a value')
    switch (node[0]) {
      case Node.array: {
        const array = this.#keep<unknown[]>([])
        for (let index = 1; index < node.length; index++) array.push(this.value(node[index], depth))
        return array
      }
      case Node.reference: {
        const object = typeof node[1] === 'number' ? this.#objects[node[1]] : undefined
        if (object === undefined) throw new RangeError('a reference to nothing')
        return object
      }
      case Node.map: {
        const map = this.#keep(new Map<unknown, unknown>())
        for (let index = 1; index < node.length; index += 2) {
          map.set(this.value(node[index], depth), this.value(node[index + 1], depth))
        }
        return map
      }
      case Node.set: {
        const set = this.#keep(new Set<unknown>())
        for (let index = 1; index < node.length; index++) set.add(this.value(node[index], depth))
        return set
      }
      case Node.bare:
        return this.#fill(this.#keep(Object.create(null) as Fields), node[1], depth)
      case Node.object:
        return this.#fill(this.#keep<Fields>({}), node, depth)
      case Node.error:
        return this.#error(node, depth)
      default:
        return this.#leaf(node, depth)
    }
  }

  #leaf(node: unknown[], depth: number): unknown {
    switch (node[0]) {
      case Node.date:
        if (typeof node[1] !== 'number') throw new TypeError('no date')
        return this.#keep(new Date(node[1]))
      case Node.regExp:
        return this.#keep(new RegExp(this.#text(node[1]), this.#text(node[2])))
      case Node.arrayBuffer:
        return this.#keep(aligned(node[1]))
      case Node.view:
        return this.#keep(viewOf(node[1], node[2]))
      case Node.boxed: {
        const number = this.#objects.push(null) - 1
        const primitive = this.value(node[1], depth)
        if (primitive === null || primitive === undefined || typeof primitive === 'object')
          throw new TypeError('no primitive')
        this.#objects[number] = Object(primitive)
        return this.#objects[number]
      }
      case Node.bigint:
        return bigintOf(this.#text(node[1]))
      case Node.text:
        return this.#text(node)
      default:
        throw new TypeError('no node of the structured form')
    }
  }

  #error(node: unknown[], depth: number): Error {
    const parts: Fields = {}
    this.#fill(parts, node[1], depth)
    if (Object.values(parts).some((part) => typeof part !== 'string')) throw new TypeError('no parts of an error')
    // It knows the classes of the platform by their names; all others become an Error of that name.
    const error = deserializeError({ message: '', ...parts })
    // Not ours: the place where it was read says nothing about it.
    if (parts.stack === undefined) error.stack = `${error.name}: ${error.message}`
    this.#keep(error)
    this.#define(error, this.#fill({}, node[2], depth), true)
    this.#define(error, this.#fill({}, node[3], depth), false)
    return error
  }

  /** Not by assignment, and without a complaint: the class may have a getter of that name, or a field of its own. */
  #define(error: Error, fields: Fields, enumerable: boolean): void {
    for (const [key, value] of Object.entries(fields)) {
      Reflect.defineProperty(error, key, { value, enumerable, configurable: true, writable: true })
    }
  }

  /** `fields`: a plain object, or a node of keys and values. */
  #fill<T extends Fields>(target: T, fields: unknown, depth: number): T {
    const set = (key: string, value: unknown): void => {
      if (key === '__proto__') throw new TypeError('a key that would change the prototype')
      ;(target as Fields)[key] = this.value(value, depth)
    }
    if (Array.isArray(fields) && fields[0] === Node.object) {
      for (let index = 1; index < fields.length; index += 2) set(this.#text(fields[index]), fields[index + 1])
    } else if (typeof fields === 'object' && fields !== null && Object.getPrototypeOf(fields) === Object.prototype) {
      for (const key of Object.keys(fields)) set(key, (fields as Fields)[key])
    } else throw new TypeError('no fields')
    return target
  }

  #text(value: unknown): string {
    if (typeof value === 'string') return value
    if (Array.isArray(value) && value[0] === Node.text && Buffer.isBuffer(value[1])) return value[1].toString('utf16le')
    throw new TypeError('no text')
  }

  #keep<T>(object: T): T {
    this.#objects.push(object)
    return object
  }
}

/** Memory of its own, aligned for every kind of typed array. */
function aligned(bytes: unknown): ArrayBuffer {
  if (!Buffer.isBuffer(bytes)) throw new TypeError('no bytes')
  const copy = new ArrayBuffer(bytes.length)
  new Uint8Array(copy).set(bytes)
  return copy
}

function viewOf(kind: unknown, bytes: unknown): ArrayBufferView {
  const name = VIEWS[kind as number] ?? ''
  const View = (globalThis as unknown as Record<string, (new (buffer: ArrayBuffer) => ArrayBufferView) | undefined>)[
    name
  ]
  if (View === undefined) throw new TypeError('no kind of view this version of Node knows')
  return new View(aligned(bytes))
}

function bigintOf(digits: string): bigint {
  return digits.startsWith('-') ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`)
}
