// Values to bytes and back, for peers that carry bytes: JSON, node:v8 for what JSON loses, Buffers as they are.

import { deserialize, serialize } from 'node:v8'
import { formOf } from './values.js'

const codecs = {
  json: { encode: (value) => JSON.stringify(value), decode: (bytes) => JSON.parse(bytes.toString()) },
  v8: { encode: serialize, decode: deserialize },
  raw: { encode: (value) => value, decode: (bytes) => bytes },
}

export const codecOf = (valueName) => codecs[formOf(valueName)]

/** For peers that carry nothing but JSON: a Buffer as base64, the shortest way that Node has. */
export function jsonFormOf(valueName) {
  if (formOf(valueName) !== 'raw') return { pack: (value) => value, unpack: (value) => value }
  return { pack: (value) => value.toString('base64'), unpack: (text) => Buffer.from(text, 'base64') }
}
