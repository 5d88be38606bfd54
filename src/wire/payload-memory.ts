// Who may use the memory of a payload that was just written, and for how long. The bytes themselves are the writer's.

import { PlainWriter } from './plain-writer.js'
import { spareMemory } from './spare-memory.js'

/** Most that a link copies: as much as it gathers before it writes. */
const MAX_COPIED_BYTES = 65_536

/** Most that several links copy, one after the other. */
const MAX_COPIED_OFTEN_BYTES = 16_384

/** Most memory that is kept from one payload to the next. */
const MAX_KEPT_BYTES = 4_194_304

/**
 * Whose the bytes of a payload are when they have been handed to a link. `copy`: still the caller's, who writes to them
 * again. `keep`: nobody's, they stay as they are. `lend`: the link's alone, which gives them to the spare memory when
 * they are out.
 */
export type Keep = 'copy' | 'keep' | 'lend'

/** A payload from its writing to `release()`: meanwhile a second one needs a memory of its own. */
export class PayloadMemory {
  readonly writer = new PlainWriter()
  #isHeld = false
  #isGiven = false

  get isHeld(): boolean {
    return this.#isHeld
  }

  /** The payload, up to `length`: until `release()`, or for good if it was given away. */
  get bytes(): Buffer {
    return this.writer.bytes
  }

  get length(): number {
    return this.writer.length
  }

  hold(): void {
    this.#isHeld = true
  }

  /** For so many links, which all have to do with it as is said here. */
  giveTo(links: number): Keep {
    const { writer } = this
    this.#isGiven = writer.length > (links > 1 ? MAX_COPIED_OFTEN_BYTES : MAX_COPIED_BYTES)
    if (!this.#isGiven) return 'copy'
    // What is queued must not keep much more than its size alive.
    if (2 * writer.length < writer.bytes.length) spareMemory.give(writer.shrink())
    return links > 1 ? 'keep' : 'lend'
  }

  release(): void {
    this.#isHeld = false
    if (this.#isGiven || this.writer.bytes.length > MAX_KEPT_BYTES) this.writer.forget()
    this.#isGiven = false
  }
}
