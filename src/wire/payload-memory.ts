// Who may use the memory of a payload that was just written, and for how long. The bytes themselves are the writer's.

import { PlainWriter } from './plain-writer.js'

/** Most that a link copies. */
const MAX_COPIED_BYTES = 2_097_152

/** Most that several links copy, one after the other. */
const MAX_COPIED_OFTEN_BYTES = 16_384

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

  /**
   * For so many links. True where the payload is theirs for good. Else they have to copy it: into memory that they have
   * in use already, which costs less than new memory here would.
   */
  giveTo(links: number): boolean {
    const { writer } = this
    this.#isGiven = writer.length > MAX_COPIED_BYTES || (links > 1 && writer.length > MAX_COPIED_OFTEN_BYTES)
    // What is queued must not keep much more than its size alive.
    if (this.#isGiven && 2 * writer.length < writer.bytes.length) writer.shrink()
    return this.#isGiven
  }

  release(): void {
    this.#isHeld = false
    if (this.#isGiven || this.writer.bytes.length > 2 * MAX_COPIED_BYTES) this.writer.forget()
    this.#isGiven = false
  }
}
