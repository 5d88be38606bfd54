// The headers of this process's own messages, found again for each send. Bounded.

import type { MessageTypeNumber } from '../message.js'
import type { WireHeader } from '../wire/headers.js'
import { Track } from './track.js'

const MAX_TRACKS = 8192

export class OwnTracks {
  readonly #self: string
  readonly #origin: readonly string[]
  /** Multicast: by type, then event. */
  readonly #multicast: Map<string, Track>[] = []
  /** Targeted: by target, then type and event. */
  readonly #targeted = new Map<string | null, Map<string, Track>>()
  /** Along a route that came with a message: by that very array, then type and event. */
  #routed = new WeakMap<readonly string[], Map<string, Track>>()
  #count = 0

  constructor(self: string) {
    this.#self = self
    this.#origin = Object.freeze([self])
  }

  /** A multicast header used before: its event name was checked then. */
  known(type: MessageTypeNumber, event: string): Track | undefined {
    return this.#multicast[type]?.get(event)
  }

  multicast(type: MessageTypeNumber, event: string): Track {
    let tracks = this.#multicast[type]
    if (tracks === undefined) this.#multicast[type] = tracks = new Map()
    return tracks.get(event) ?? this.#keep(tracks, event, { type, event, pids: this.#origin, to: null, route: null })
  }

  /** `to` null: whoever is the grand master. */
  targeted(type: MessageTypeNumber, event: string, to: string | null): Track {
    let tracks = this.#targeted.get(to)
    if (tracks === undefined) this.#targeted.set(to, (tracks = new Map()))
    const key = type + event
    return tracks.get(key) ?? this.#keep(tracks, key, { type, event, pids: this.#origin, to, route: null })
  }

  /** `pids`: the way a message came, target first, this process last. */
  routed(type: MessageTypeNumber, event: string, pids: readonly string[]): Track {
    const key = type + event
    const known = this.#routed.get(pids)?.get(key)
    if (known !== undefined) return known
    const header = { type, event, pids: this.#origin, to: pids[0] as string, route: Object.freeze(pids.slice(0, -1)) }
    // An array the user can still change cannot be a key.
    if (!Object.isFrozen(pids)) return new Track(header, null, this.#self)
    let tracks = this.#routed.get(pids)
    if (tracks === undefined) this.#routed.set(pids, (tracks = new Map()))
    return this.#keep(tracks, key, header)
  }

  #keep(tracks: Map<string, Track>, key: string, header: WireHeader): Track {
    if (this.#count++ > MAX_TRACKS) {
      this.#count = 0
      this.#multicast.length = 0
      this.#targeted.clear()
      this.#routed = new WeakMap()
    }
    const track = new Track(header, null, this.#self)
    tracks.set(key, track)
    return track
  }
}
