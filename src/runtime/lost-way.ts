// Requests whose way led past a link that has broken further up: their answers will not come. Who sees the break ends
// its own at once; those below it only hear that their way up is another, and have to find out whom they lost.

import type { Members } from '../bus/members.js'
import type { IpemError } from '../errors.js'
import { GRAND_MASTER, PARENT } from '../request/port.js'
import type { Requests } from '../request/requests.js'
import type { Directory } from './directory.js'

/** `kept` is still above, and those who are below it are as near as before; `lost` were above `kept`. */
export async function endLostRequests(
  requests: Requests,
  members: Members,
  directory: Directory,
  kept: string,
  lost: readonly string[],
): Promise<void> {
  for (const pid of lost) requests.onGone(pid)
  requests.onGone(GRAND_MASTER)
  const isNear = (pid: string): boolean =>
    pid === members.self || pid === PARENT || members.below(pid) !== undefined || members.way.includes(pid)
  const unsure = [...requests.concerned].filter((pid) => !isNear(pid))
  if (unsure.length === 0) return
  const near = await directory.below(kept).catch((error: IpemError) => {
    // It lives and does not say: whoever waits has its own timeout.
    if (error.code === 'ERR_IPEM_TIMEOUT' || error.code === 'ERR_IPEM_TOO_MANY') return new Set(unsure)
    return new Set<string>()
  })
  for (const pid of unsure) if (!near.has(pid) && !isNear(pid)) requests.onGone(pid)
}
