// What is sent, under the names of the table: the value, its length, and whether it has arrived as it was.

import { isDeepStrictEqual } from 'node:util'
import { serialize } from 'node:v8'

const KIB = 1024
const MIB = 1024 * KIB

/** 100 bytes as JSON. */
const object = { id: 123456, name: 'a name of medium length', ok: true, tags: ['one', 'two', 'three'], rate: 0.12345 }

const plain = {
  number: () => 42,
  object: () => object,
  structured: () => ({ at: new Date(1_700_000_000_000), seats: new Map(Object.entries({ one: 1, two: 2, three: 3 })) }),
  'object-16k': () => ({ rows: Array.from({ length: 160 }, (_, id) => ({ ...object, id: 100_000 + id })) }),
}

const buffers = {
  'buffer-1k': KIB,
  'buffer-1m': MIB,
  // Just under the default limit of one message, which counts the bytes around the Buffer, too.
  'buffer-64m': 64 * MIB - 64 * KIB,
}

/** What can carry a value: JSON; raw bytes; or for what JSON loses `node:v8`, where a peer takes bytes. */
export const formOf = (name) => (name in buffers ? 'raw' : name === 'structured' ? 'v8' : 'json')

export const makeValue = (name) => (name in buffers ? filled(buffers[name]) : plain[name]())

/** How long a value is in the form it travels in. */
export function bytesOf(name) {
  if (name in buffers) return buffers[name]
  const value = makeValue(name)
  return formOf(name) === 'v8' ? serialize(value).length : Buffer.byteLength(JSON.stringify(value))
}

/** Of a Buffer only some bytes are looked at: a second one would count as memory of the receiver. */
export function isWhole(name, value) {
  if (!(name in buffers)) return isDeepStrictEqual(value, makeValue(name))
  if (!Buffer.isBuffer(value) || value.length !== buffers[name]) return false
  for (let at = 0; at < value.length; at += 1021) if (value[at] !== byteAt(at)) return false
  return value.at(-1) === byteAt(value.length - 1)
}

const byteAt = (at) => (at * 31 + (at >>> 8)) & 0xff

function filled(length) {
  const buffer = Buffer.allocUnsafeSlow(length)
  for (let at = 0; at < length; at++) buffer[at] = byteAt(at)
  return buffer
}
