// Bytes to whole lines: what several processes print into one file must not be mixed within a line. Pure.

const NEWLINE = 10

/** A line longer than this is passed on in parts rather than kept. */
export const MAX_LINE_BYTES = 1024 * 1024

export class LineSplitter {
  #parts: Buffer[] = []
  #bytes = 0

  /** @returns whole lines with their ends, as they can be written at once; null if there is none yet */
  push(chunk: Buffer): Buffer | null {
    const end = chunk.lastIndexOf(NEWLINE) + 1
    if (end === 0 && this.#bytes + chunk.length <= MAX_LINE_BYTES) {
      this.#keep(chunk)
      return null
    }
    const cut = end === 0 ? chunk.length : end
    const whole = Buffer.concat([...this.#parts, chunk.subarray(0, cut), ...(end === 0 ? [Buffer.from('\n')] : [])])
    this.#parts = []
    this.#bytes = 0
    if (cut < chunk.length) this.#keep(chunk.subarray(cut))
    return whole
  }

  /** What is left when nothing more comes, with a line end. */
  end(): Buffer | null {
    if (this.#bytes === 0) return null
    const rest = Buffer.concat([...this.#parts, Buffer.from('\n')])
    this.#parts = []
    this.#bytes = 0
    return rest
  }

  #keep(part: Buffer): void {
    this.#parts.push(part)
    this.#bytes += part.length
  }
}
