// One neighbour in the tree: its link, the headers known on it, and what waits for it.

import type { Link } from '../link/link.js'
import type { ProcessRole } from '../process-info.js'
import { HeaderRing } from '../wire/headers.js'
import type { Track } from './track.js'

export class Neighbour {
  readonly link: Link
  readonly isParent: boolean
  /** How the process below this link came into the tree, or how we came to this parent. */
  readonly role: ProcessRole
  /** Empty until the handshake named it. */
  pid = ''
  /** A child that announced itself: `childsOnline` counts these. */
  online = false
  /** Headers we announced on this link. */
  readonly sent: HeaderRing<Track>
  /** Headers the other side announced, by their id. */
  readonly received: (Track | undefined)[] = []
  /** Links that are not read while this one is full. */
  readonly holding = new Set<Neighbour>()
  /** Full links because of which this one is not read. */
  readonly heldBy = new Set<Neighbour>()
  /** Messages refused since this link overflowed, by their origin. */
  readonly refused = new Map<string, { track: Track; count: number }>()

  constructor(link: Link, isParent: boolean, role: ProcessRole, headerRing: number) {
    this.link = link
    this.isParent = isParent
    this.role = role
    this.sent = new HeaderRing(headerRing)
  }
}
