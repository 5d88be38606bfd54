// Which origin a neighbour may claim. Pure: a header is checked once, when it is first announced on a link.

import type { Routable } from './router.js'

/** What a process knows of who is where, as far as trust is concerned. */
export interface Whereabouts<L> {
  readonly self: string
  /** The child link behind which this process lives. */
  below(pid: string): L | undefined
  pidOf(link: L): string
}

/**
 * Says why `pids` cannot have come over this link, or null when it can.
 * From a child every hop must live behind that link; from the parent none may live in our own part of the tree.
 */
export function distrust<L>(message: Routable, link: L, fromParent: boolean, where: Whereabouts<L>): string | null {
  const { pids } = message
  if (pids.at(-1) !== where.pidOf(link)) return 'a message does not name the neighbour as its last hop'
  if (new Set(pids).size !== pids.length) return 'a message names a hop twice'
  for (const pid of pids) {
    if (pid === where.self) return 'a message claims to have been here before'
    const behind = where.below(pid)
    if (fromParent ? behind !== undefined : behind !== link) return 'a message claims a hop that does not live behind this link'
  }
  return null
}
