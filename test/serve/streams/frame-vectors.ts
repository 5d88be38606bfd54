// Values with their bytes, and ways to take them apart. No test in this file.

import { IpemError } from '../../../src/index.js'
import { FrameDecoder } from '../../../src/serve/streams/frame-decoder.js'

const counted = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, index) => index % 256))

/** Texts as the old multi-node writes them (`originals.md`, 3.1), each alone. */
export const TEXTS: [value: unknown, hex: string][] = [
  [{ foo: 'bar' }, '00 7b22666f6f223a22626172227d ff'],
  [null, '00 6e756c6c ff'],
  ['', '00 2222 ff'],
  ['hé', '00 2268c3a922 ff'],
  ['\u0000\u00ff\ud800', '00 225c7530303030c3bf5c756438303022 ff'],
  [-1.5, '00 2d312e35 ff'],
  [true, '00 74727565 ff'],
  [[1, [], {}], '00 5b312c5b5d2c7b7d5d ff'],
]

export const BINARIES: [value: Buffer, head: string][] = [
  [counted(0), '80 00'],
  [counted(1), '80 01'],
  [counted(127), '80 7f'],
  [counted(128), '80 81 00'],
  [counted(16_383), '80 ff 7f'],
  [counted(16_384), '80 81 80 00'],
]

export const MAX_PAYLOAD = 20_000

export function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex')
}

/** Pushes the chunks one after the other, and takes what comes. The code of an error stands at its place. */
export function decode(chunks: readonly Uint8Array[], maxPayload = MAX_PAYLOAD): unknown[] {
  const decoder = new FrameDecoder(maxPayload)
  const values: unknown[] = []
  const take = (step: () => unknown): unknown => {
    try {
      return step()
    } catch (error) {
      if (!(error instanceof IpemError)) throw error
      return error.code
    }
  }
  for (const chunk of chunks) {
    decoder.push(chunk)
    for (let value = take(() => decoder.next()); value !== undefined; value = take(() => decoder.next())) {
      values.push(value)
    }
  }
  const end = take(() => decoder.end())
  return end === undefined ? values : [...values, 'end', end]
}

/** The same bytes in pieces that end at the places given. */
export function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places, bytes.length].sort((a, b) => a - b)
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}
