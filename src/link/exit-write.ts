// Goes on with a stream's bytes where libuv stopped, from exactly the right one. Used when the event loop is over.

import { countFrames } from './outbox.js'
import { tryWrite } from './sync-io.js'

export class ExitWrite {
  readonly #fd: number
  readonly #chunks: Buffer[]
  /** Bytes that are out, of all chunks. */
  #written: number
  /** The chunk that is next, and how much of it is out. */
  #index = 0
  #offset: number
  /** The other end is gone: what is not out never will be. */
  gone = false

  /** `written`: how many bytes of the chunks are out already. */
  constructor(fd: number, chunks: readonly Buffer[], written: number) {
    this.#fd = fd
    this.#chunks = [...chunks]
    this.#written = written
    this.#offset = written
  }

  add(chunks: readonly Buffer[]): void {
    this.#chunks.push(...chunks)
  }

  /** Writes what the kernel takes now. True when all is out, or the other end is gone. */
  step(): boolean {
    if (this.gone) return true
    for (let chunk = this.#next(); chunk !== undefined; chunk = this.#next()) {
      const taken = tryWrite(this.#fd, chunk, this.#offset)
      if (taken === 0) return false
      if (taken < 0) {
        this.gone = true
        return true
      }
      this.#written += taken
      this.#offset += taken
    }
    return true
  }

  /** Frames of which not every byte is out. */
  get unsentFrames(): number {
    return countFrames(this.#chunks, this.#written)
  }

  #next(): Buffer | undefined {
    let chunk = this.#chunks[this.#index]
    while (chunk !== undefined && this.#offset >= chunk.length) {
      this.#offset -= chunk.length
      chunk = this.#chunks[++this.#index]
    }
    return chunk
  }
}
