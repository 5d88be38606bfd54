// Memory that large payloads were written into and links are done with, for the next ones: writing where one has
// written before costs a fifth of writing into new memory, which the system has to clear and map page by page.

/** Most that is kept, all together. */
const MAX_BYTES = 4_194_304

/** Buffers nobody else has, until somebody takes them. */
export class SpareMemory {
  #buffers: Buffer[] = []
  #bytes = 0

  /** The smallest that has so many bytes; null if there is none. */
  take(size: number): Buffer | null {
    let best = -1
    for (const [index, { length }] of this.#buffers.entries()) {
      if (length >= size && (best < 0 || length < (this.#buffers[best] as Buffer).length)) best = index
    }
    const [found = null] = best < 0 ? [] : this.#buffers.splice(best, 1)
    this.#bytes -= found?.length ?? 0
    return found
  }

  /** Keeps it if there is room. The caller, and everybody else, has to let go of it. */
  give(buffer: Buffer): void {
    if (this.#bytes + buffer.length > MAX_BYTES) return
    this.#buffers.push(buffer)
    this.#bytes += buffer.length
  }
}

/** That of this process: it holds nothing but memory. */
export const spareMemory = new SpareMemory()
