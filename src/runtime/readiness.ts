// From `start()` to the end: when messages go out, when they wait, and who waits for that.
// Owns the states and the held messages; what a state means for links is the runtime's.

import type { Track } from '../bus/track.js'
import { IpemError } from '../errors.js'
import { Held, type LateTrack, resolve } from './held.js'

type SendEncoded = (track: Track, payload: Buffer, requestId: number) => void

export class Readiness {
  readonly #held: Held
  readonly #waiters: (() => void)[] = []
  #state: 'starting' | 'ready' | 'closing' | 'closed' = 'starting'
  /** `close()` was called; until the state follows, what is held may still find its way. */
  #leaving = false

  constructor(maxHeldBytes: number, maxPayload: number) {
    this.#held = new Held(maxHeldBytes, maxPayload)
  }

  get ready(): boolean {
    return this.#state === 'ready'
  }

  /** The way up was known once: children may come in. */
  get open(): boolean {
    return this.#state !== 'starting'
  }

  get leaving(): boolean {
    return this.#leaving
  }

  get closing(): boolean {
    return this.#state === 'closing' || this.#state === 'closed'
  }

  /** Nothing can be sent any more. */
  get closed(): boolean {
    return this.#state === 'closed'
  }

  /** Messages that wait for `ready`. */
  get heldCount(): number {
    return this.#held.size
  }

  /**
   * Answers the way of a message that can go now; keeps one that has to wait and answers null.
   * @throws ERR_IPEM_CLOSED, and what the payload codec throws
   */
  pass(track: Track | LateTrack, args: readonly unknown[], requestId: number): Track | null {
    if (this.#state === 'ready' || this.#state === 'closing') return resolve(track)
    if (this.#state === 'closed') throw closed()
    this.#held.add(track, args, requestId)
    return null
  }

  /** The way is known: what was held goes first. */
  release(send: SendEncoded): void {
    this.#held.release(send)
    if (this.#state === 'starting') this.#state = 'ready'
  }

  /** Whoever waited for the way may go on. */
  wake(): void {
    for (const wake of this.#waiters.splice(0)) wake()
  }

  /** Resolves when the way is known, or when it does not matter any more. */
  async settled(): Promise<void> {
    if (this.#state === 'starting') await new Promise<void>((wake) => this.#waiters.push(wake))
  }

  /** From now on nothing new begins; what is held goes if its way is found within the deadline. */
  async beginClose(deadlineMs: number, send: SendEncoded): Promise<void> {
    this.#leaving = true
    if (this.#state === 'starting' && this.#held.size > 0) {
      let timer: NodeJS.Timeout | undefined
      const deadline = new Promise<void>((pass) => {
        timer = setTimeout(pass, deadlineMs)
      })
      await Promise.race([this.settled(), deadline])
      clearTimeout(timer)
    }
    this.#state = 'closing'
    this.#held.release(send)
    this.wake()
  }

  /** The links say goodbye: their end means nothing more. Who still hears something may answer, perhaps in vain. */
  beginEnd(): void {
    this.#state = 'closing'
  }

  close(): void {
    this.#state = 'closed'
  }
}

export function closed(): IpemError {
  return new IpemError('ERR_IPEM_CLOSED', 'This ipem is closed')
}
