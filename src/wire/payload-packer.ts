// Memory of payloads that are written: the MessagePack library cuts them one behind the other from a slab. Owns when it
// gets a new one, so that a payload keeps little more alive than itself.

import { type Packr, RESERVE_START_SPACE } from 'msgpackr/pack'

/** Small payloads are cut from memory of this size. */
const SLAB_BYTES = 65_536

/** A payload from here on has memory of its own. */
const LARGE = 16_384

/** Room beside a large Buffer: what else is sent with it is mostly small. */
const SLACK = 4_096

export class PayloadPacker {
  #running = 0
  #hasSlab = false

  /**
   * The bytes of `value` behind the byte `first`. They are not written to again.
   * `large`: so many bytes of the value are known to be copied as they are.
   */
  pack(packer: Packr, first: number, value: unknown, large: number): Buffer {
    // A getter that sends: the payload around it is still being written, so the memory is not ours to change.
    const nested = this.#running > 0
    if (!nested && (large > LARGE || !this.#hasSlab)) this.#prepare(packer, large)
    this.#running++
    try {
      const payload = packer.pack(value, RESERVE_START_SPACE + 1)
      payload[0] = first
      // The library goes on in the memory that a large payload has needed, and each small one behind it would keep all
      // of that alive: so a large one leaves with its memory.
      if (!nested && payload.length > LARGE) this.#hasSlab = false
      return payload
    } finally {
      this.#running--
    }
  }

  #prepare(packer: Packr, large: number): void {
    this.#hasSlab = large <= LARGE
    // For a large Buffer the library would take four times as much, and more for each that follows.
    packer.useBuffer(Buffer.allocUnsafeSlow(this.#hasSlab ? SLAB_BYTES : large + SLACK))
  }
}
