// One neighbour in the tree: its link, the headers known on it, and what waits for it.
// Most links are quiet and most processes have few: what not every link needs is made when it is needed.

import { EndedLink } from '../link/ended-link.js'
import type { Link } from '../link/link.js'
import type { ProcessInfo, ProcessRole } from '../process-info.js'
import { HeaderRing } from '../wire/headers.js'
import type { HeaderTrack } from './header-track.js'

type Track = HeaderTrack<Neighbour>

/** Messages of one origin refused since a link overflowed, under the first of them. */
export interface Refused {
  readonly track: Track
  count: number
}

export class Neighbour {
  #link: Link
  readonly isParent: boolean
  /** How the process below this link came into the tree, or how we came to this parent. */
  readonly role: ProcessRole
  /** Empty until the handshake named it. */
  pid = ''
  /** A child as its handshake described it. */
  info: ProcessInfo | null = null
  /** A child that announced itself: `childsOnline` counts these. */
  online = false
  /** Over the high-water mark and still moving: who sends to it should wait. */
  full = false
  /** Headers the other side announced, by their id. */
  readonly received: (Track | undefined)[] = []
  /** Links that are not read while this one is full. */
  holding: Set<Neighbour> | null = null
  /** Full links because of which this one is not read. */
  heldBy: Set<Neighbour> | null = null
  /** By the pid of the origin. */
  refused: Map<string, Refused> | null = null
  readonly #headerRing: number
  #sent: HeaderRing<Track> | null = null

  constructor(link: Link, isParent: boolean, role: ProcessRole, headerRing: number) {
    this.#link = link
    this.isParent = isParent
    this.role = role
    this.#headerRing = headerRing
  }

  /** An ended one, when it has. */
  get link(): Link {
    return this.#link
  }

  /** Its link has ended. Others may know it for long, by a header that it sent or a decision in which it was there. */
  forget(): void {
    this.received.length = 0
    this.#sent = null
    this.#link = new EndedLink(this.#link.kind)
  }

  /** Headers we announced on this link. */
  get sent(): HeaderRing<Track> {
    this.#sent ??= new HeaderRing(this.#headerRing)
    return this.#sent
  }
}
