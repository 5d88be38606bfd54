// The private link a parent left us: an open descriptor, named in the environment, taken exactly once.

import { fstatSync, readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { Inlet, openDescriptor } from '../link/inlet.js'
import { LINK_VARIABLE, parseLinkVariable } from '../supervise/link-slot.js'

/** Marks a process in which an ipem has the link to the parent, or asks for it; for other copies of the package too. */
const CLAIMED = Symbol.for('ipem.link.claimed')

/** True for the first of the ipems in this process, until it releases the link. */
export function claimLink(): boolean {
  if (isLinkClaimed()) return false
  return Reflect.defineProperty(globalThis, CLAIMED, { value: true, configurable: true })
}

export function isLinkClaimed(): boolean {
  return CLAIMED in globalThis
}

export function releaseLink(): void {
  Reflect.deleteProperty(globalThis, CLAIMED)
}

/** Our end of the link, and what it reads by. */
export interface Inherited {
  readonly socket: Socket
  readonly inlet: Inlet
  /** How often the parent wants a sign of life; 0: never. */
  readonly beatMs: number
}

/**
 * Takes the inherited link and removes its name, so that no grandchild finds a descriptor it does not have.
 * A name that was not meant for us (another parent that lives, no socket) is removed and ignored. The link of a
 * parent that died before we came so far is taken: that it has ended is how we hear of it.
 */
export function takeInherited(env: NodeJS.ProcessEnv = process.env): Inherited | null {
  const named = env[LINK_VARIABLE]
  if (named === undefined) return null
  delete env[LINK_VARIABLE]
  const link = parseLinkVariable(named)
  if (link === null || !isParent(link.parentOsPid)) return null
  const { fd, beatMs } = link
  if (fd < 3 || !isSocket(fd)) return null
  const inlet = new Inlet()
  return { socket: openDescriptor(fd, inlet), inlet, beatMs }
}

/** Now, or before it died and we were given to somebody else. */
function isParent(osPid: number): boolean {
  if (osPid === process.ppid) return true
  try {
    process.kill(osPid, 0)
    // Dead and not yet reaped, perhaps for ever where nobody does that for orphans.
    return readFileSync(`/proc/${osPid}/stat`, 'latin1').split(') ').at(-1)?.startsWith('Z') === true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket()
  } catch {
    return false
  }
}
