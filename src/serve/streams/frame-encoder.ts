// One value -> the bytes of its frame: binary as it is, everything else as JSON. Pure.

import { BINARY, MORE, TEXT, TEXT_END, tooLarge } from './frame-format.js'
import { jsonText } from './json-text.js'

/** Around a text. */
const TEXT_OVERHEAD = 2

/**
 * The frame shares no memory with the value.
 *
 * @throws ERR_IPEM_UNSERIALIZABLE
 * @throws ERR_IPEM_TOO_LARGE
 */
export function encodeFrame(value: unknown, maxPayload: number): Buffer {
  const binary = bytesOf(value)
  return binary === null ? encodeText(jsonText(value), maxPayload) : encodeBinary(binary, maxPayload)
}

function encodeText(text: string, maxPayload: number): Buffer {
  const size = Buffer.byteLength(text)
  if (size > maxPayload) throw tooLarge(maxPayload, size)
  const frame = Buffer.allocUnsafe(size + TEXT_OVERHEAD)
  frame[0] = TEXT
  frame.write(text, 1)
  frame[size + 1] = TEXT_END
  return frame
}

function encodeBinary(bytes: Uint8Array, maxPayload: number): Buffer {
  const size = bytes.length
  if (size > maxPayload) throw tooLarge(maxPayload, size)
  const groups = groupsOf(size)
  const frame = Buffer.allocUnsafe(1 + groups.length + size)
  frame[0] = BINARY
  frame.set(groups, 1)
  frame.set(bytes, 1 + groups.length)
  return frame
}

/** Seven bits a byte, the most significant first, as few as it takes. */
function groupsOf(length: number): number[] {
  const groups = [length % 128]
  for (let rest = Math.floor(length / 128); rest > 0; rest = Math.floor(rest / 128)) groups.unshift((rest % 128) | MORE)
  return groups
}

/** As a WebSocket takes them: a buffer, or any view of one, is its bytes. Null for all else. */
function bytesOf(value: unknown): Uint8Array | null {
  if (value instanceof Uint8Array) return value
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  return value instanceof ArrayBuffer || value instanceof SharedArrayBuffer ? new Uint8Array(value) : null
}
