// Whether a header can have come over its link. Asked when it is announced, and again when the tree has changed since:
// who has left sends nothing any more, whoever says so.

import { IpemError } from '../errors.js'
import { distrust } from '../routing/trust.js'
import type { Members } from './members.js'
import type { Neighbour } from './neighbour.js'
import type { Track } from './track.js'

/** @throws ERR_IPEM_PROTOCOL the neighbour is to be cut off */
export function believe(track: Track, from: Neighbour, members: Members): void {
  if (track.believedAt === members.structure) return
  const reason = distrust(track.header, from, from.isParent, members)
  if (reason !== null) {
    throw new IpemError('ERR_IPEM_PROTOCOL', `Refused a forged header: ${reason}`, { pid: from.pid })
  }
  track.believedAt = members.structure
}
