// The private link a parent left us: an open descriptor, named in the environment, taken exactly once.

import { fstatSync, readFileSync } from 'node:fs'
import { Socket } from 'node:net'

/** `<fd>:<the parent's OS pid>`; set by `fork()` and `worker()` of a parent. */
const LINK_VARIABLE = 'IPEM_LINK'

/** Marks a process whose link is taken, for other copies of this package in it. */
const TAKEN = Symbol.for('ipem.link.taken')

export type Inherited = { readonly socket: Socket } | 'none' | 'taken'

/**
 * Takes the inherited link and removes its name, so that no grandchild finds a descriptor it does not have.
 * A name that was not meant for us (another parent that lives, no socket) is removed and ignored. The link of a
 * parent that died before we came so far is taken: that it has ended is how we hear of it.
 */
export function takeInherited(env: NodeJS.ProcessEnv = process.env): Inherited {
  const named = env[LINK_VARIABLE]
  if (named === undefined) return TAKEN in globalThis ? 'taken' : 'none'
  delete env[LINK_VARIABLE]
  const match = /^(\d{1,6}):(\d{1,10})$/.exec(named)
  if (match === null || !isParent(Number(match[2]))) return 'none'
  const fd = Number(match[1])
  if (fd < 3 || !isSocket(fd)) return 'none'
  Object.defineProperty(globalThis, TAKEN, { value: true, configurable: true })
  return { socket: new Socket({ fd, readable: true, writable: true }) }
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
