// Keys of objects by their bytes: the same few come again and again, in the same order, and each would be a call into
// Node to make. Knows what a key looks like in MessagePack; which bytes are keys is the reader's.

import { ownCopy } from './own-copy.js'

/** A power of two. */
const SLOTS = 1_024

/** Longer keys are rare. */
const MAX_KEY_BYTES = 32

const PROTO = '__proto__'

interface Entry {
  readonly key: string
  /** With the byte that says how long it is. */
  readonly bytes: Uint8Array
  /** Where the one is that came after it the last time. Not the one itself: it would keep alive what has lost its place. */
  next: number
}

/** A new key takes the place of the one that was there: the memory is bounded whatever comes. */
export class KeyCache {
  readonly #slots: (Entry | null)[] = new Array(SLOTS).fill(null)
  #last: Entry = { key: '', bytes: new Uint8Array(0), next: 0 }

  /** The key whose bytes, its head included, begin at `start`; null if it is not the one that mostly comes next. */
  next(bytes: Buffer, start: number, end: number): string | null {
    const next = this.#slots[this.#last.next] ?? null
    if (next === null || !isAt(next.bytes, bytes, start, end)) return null
    this.#last = next
    return next.key
  }

  /** How many bytes the key has that was found last. */
  get length(): number {
    return this.#last.bytes.length
  }

  /**
   * The key whose bytes are from `start` to `end`, its head included; the text begins at `textStart`. Throws for one
   * that would change a prototype: it is never kept.
   */
  find(bytes: Buffer, start: number, textStart: number, end: number): string {
    if (end - start > MAX_KEY_BYTES) return bytes.toString('utf8', textStart, end)
    let hash = 0
    for (let index = start; index < end; index++) hash = (Math.imul(hash, 31) + (bytes[index] as number)) | 0
    const slot = hash & (SLOTS - 1)
    let entry = this.#slots[slot] ?? null
    if (entry === null || !isAt(entry.bytes, bytes, start, end) || entry.bytes.length !== end - start) {
      const key = bytes.toString('utf8', textStart, end)
      if (key === PROTO) throw new TypeError('a key that would change a prototype')
      entry = { key, bytes: ownCopy(bytes, start, end), next: 0 }
      this.#slots[slot] = entry
    }
    this.#last.next = slot
    this.#last = entry
    return entry.key
  }
}

function isAt(known: Uint8Array, bytes: Buffer, start: number, end: number): boolean {
  if (known.length > end - start) return false
  for (let index = 0; index < known.length; index++) if (known[index] !== bytes[start + index]) return false
  return true
}
