// Messages sent between `start()` and `ready`: encoded at once, so that later changes to the arguments do not
// matter and bad ones throw at the call; sent first when the way is known.

import type { Track } from '../bus/track.js'
import { IpemError } from '../errors.js'
import { encodePayload } from '../wire/payload.js'

/** The way of a message for somebody who is not known yet. */
export type LateTrack = () => Track

export function resolve(track: Track | LateTrack): Track {
  return typeof track === 'function' ? track() : track
}

/** What a held message costs besides its payload. */
const OVERHEAD_BYTES = 64

interface HeldMessage {
  readonly track: Track | LateTrack
  readonly payload: Buffer
  readonly requestId: number
}

export class Held {
  readonly #maxBytes: number
  readonly #maxPayload: number
  #messages: HeldMessage[] = []
  #bytes = 0

  constructor(maxBytes: number, maxPayload: number) {
    this.#maxBytes = maxBytes
    this.#maxPayload = maxPayload
  }

  /** @throws ERR_IPEM_OVERFLOW, ERR_IPEM_UNSERIALIZABLE, ERR_IPEM_TOO_LARGE */
  add(track: Track | LateTrack, args: readonly unknown[], requestId: number): void {
    const payload = encodePayload(args, this.#maxPayload)
    const bytes = payload.length + OVERHEAD_BYTES
    if (this.#bytes > 0 && this.#bytes + bytes > this.#maxBytes) {
      const text = `Not ready yet, and ${this.#messages.length} messages of ${this.#bytes} bytes are held already`
      throw new IpemError('ERR_IPEM_OVERFLOW', text, { limit: this.#maxBytes })
    }
    this.#bytes += bytes
    this.#messages.push({ track, payload, requestId })
  }

  get size(): number {
    return this.#messages.length
  }

  /** Hands every message over, in order; also those that are added meanwhile. */
  release(send: (track: Track, payload: Buffer, requestId: number) => void): void {
    for (let next = 0; next < this.#messages.length; next++) {
      const { track, payload, requestId } = this.#messages[next] as HeldMessage
      send(resolve(track), payload, requestId)
    }
    this.#messages = []
    this.#bytes = 0
  }
}
