// Keys of objects by their bytes: the same few come again and again, and each would be a call into Node to make.

/** A power of two. */
const SLOTS = 1_024

/** Longer keys are rare, and whoever sends them may wait. */
const MAX_KEY_BYTES = 32

interface Entry {
  readonly hash: number
  readonly bytes: Uint8Array
  readonly key: string
}

/** A new key takes the place of the one that was there: the memory is bounded whatever comes. */
export class KeyCache {
  readonly #slots: (Entry | undefined)[] = new Array(SLOTS).fill(undefined)

  /** The text of the bytes from `start` to `end`. */
  text(bytes: Buffer, start: number, end: number): string {
    const length = end - start
    if (length > MAX_KEY_BYTES) return bytes.toString('utf8', start, end)
    let hash = length
    for (let index = start; index < end; index++) hash = (Math.imul(hash, 31) + (bytes[index] as number)) | 0
    const slot = hash & (SLOTS - 1)
    const entry = this.#slots[slot]
    if (entry !== undefined && entry.hash === hash && isAt(entry.bytes, bytes, start, length)) return entry.key
    const key = bytes.toString('utf8', start, end)
    this.#slots[slot] = { hash, bytes: Uint8Array.prototype.slice.call(bytes, start, end), key }
    return key
  }
}

function isAt(known: Uint8Array, bytes: Buffer, start: number, length: number): boolean {
  if (known.length !== length) return false
  for (let index = 0; index < length; index++) if (known[index] !== bytes[start + index]) return false
  return true
}
