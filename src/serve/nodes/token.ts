// How one node proves to another that it is the one that asked over the bus: a token for one connection, sent as its
// first bytes. Pure.

import { timingSafeEqual } from 'node:crypto'

export const TOKEN_BYTES = 32

/** What the accepting side answers, before the stream is raw. */
export const WELCOME = 0x06

/** How long a token waits for its connection. */
export const TOKEN_MS = 10_000

/** The tokens that were given out and not used so far. */
export class Tokens {
  readonly #waiting = new Map<string, { readonly token: Buffer; readonly until: number }>()

  /** The last one that was asked for by the same node counts. */
  add(id: string, token: Buffer, now: number): void {
    for (const [other, { until }] of this.#waiting) if (until < now) this.#waiting.delete(other)
    this.#waiting.set(id, { token, until: now + TOKEN_MS })
  }

  /** Whose token this is, once. */
  take(token: Buffer, now: number): string | null {
    for (const [id, waiting] of this.#waiting) {
      if (waiting.token.length !== token.length || !timingSafeEqual(waiting.token, token)) continue
      this.#waiting.delete(id)
      return waiting.until >= now ? id : null
    }
    return null
  }
}
