// The headers of this process's own messages, found again for each send. Bounded.

import type { MessageTypeNumber } from '../message.js'
import type { WireHeader } from '../wire/headers.js'
import { Track } from './track.js'

const MAX_TRACKS = 8192

/** Headers by type, then event: two small look-ups and no key to put together. */
type Table = Map<string, Track>[]

export class OwnTracks {
  readonly #self: string
  readonly #origin: readonly string[]
  readonly #multicast: Table = []
  /** By type and event, then target: a process has few events and perhaps many targets. */
  readonly #targeted: Map<string, Map<string | null, Track>>[] = []
  /** Along a route that came with a message: by that very array. */
  #routed: WeakMap<readonly string[], Table> | null = null
  #count = 0

  constructor(self: string) {
    this.#self = self
    this.#origin = Object.freeze([self])
  }

  /** A multicast header used before: its event name was checked then. */
  known(type: MessageTypeNumber, event: string): Track | undefined {
    return this.#multicast[type]?.get(event)
  }

  /** A header used before for this target, a pid or the way of a message: both and the event were checked then. */
  knownFor(type: MessageTypeNumber, event: string, target: unknown): Track | undefined {
    if (typeof target === 'string') return this.#targeted[type]?.get(event)?.get(target)
    return typeof target === 'object' && target !== null
      ? this.#routed?.get(target as readonly string[])?.[type]?.get(event)
      : undefined
  }

  multicast(type: MessageTypeNumber, event: string): Track {
    const known = this.known(type, event)
    if (known !== undefined) return known
    this.#makeRoom()
    return this.#keep(this.#multicast, this.#header(type, event, null, null))
  }

  /** `to` null: whoever is the grand master. */
  targeted(type: MessageTypeNumber, event: string, to: string | null): Track {
    const known = this.#targeted[type]?.get(event)?.get(to)
    if (known !== undefined) return known
    this.#makeRoom()
    const track = new Track(this.#header(type, event, to, null), null, this.#self)
    const events = this.#targeted[type] ?? new Map<string, Map<string | null, Track>>()
    const targets = events.get(event) ?? new Map<string | null, Track>()
    this.#targeted[type] = events.set(event, targets.set(to, track))
    return track
  }

  /** `pids`: the way a message came, target first, this process last. */
  routed(type: MessageTypeNumber, event: string, pids: readonly string[]): Track {
    const known = this.#routed?.get(pids)?.[type]?.get(event)
    if (known !== undefined) return known
    const header = this.#header(type, event, pids[0] as string, Object.freeze(pids.slice(0, -1)))
    // An array the user can still change cannot be a key.
    if (!Object.isFrozen(pids)) return new Track(header, null, this.#self)
    this.#makeRoom()
    this.#routed ??= new WeakMap()
    const table = this.#routed.get(pids) ?? []
    this.#routed.set(pids, table)
    return this.#keep(table, header)
  }

  #header(type: MessageTypeNumber, event: string, to: string | null, route: readonly string[] | null): WireHeader {
    return { type, event, pids: this.#origin, to, route }
  }

  #keep(table: Table, header: WireHeader): Track {
    const track = new Track(header, null, this.#self)
    table[header.type] = (table[header.type] ?? new Map<string, Track>()).set(header.event, track)
    return track
  }

  #makeRoom(): void {
    if (this.#count++ < MAX_TRACKS) return
    this.#count = 1
    this.#multicast.length = 0
    this.#targeted.length = 0
    this.#routed = null
  }
}
