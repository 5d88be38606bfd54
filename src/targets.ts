// Whom a send or a request is for: a pid, the OS pid of a child, a way back, or a word for parent and grand master.

import { checkEvent, checkRoute, invalid } from './arguments.js'
import type { Track } from './bus/track.js'
import { IpemError } from './errors.js'
import type { MessageTypeNumber } from './message.js'
import { isPid } from './process-info.js'
import type { Target } from './public-types.js'
import { GRAND_MASTER, PARENT, type RequestTarget } from './request/port.js'
import type { Started } from './runtime/started.js'

const OS_PID = /^[1-9][0-9]{0,9}$/

/** @throws ERR_IPEM_INVALID_ARG, ERR_IPEM_INVALID_ROUTE, ERR_IPEM_RESERVED_EVENT */
export function trackTo(
  { children, members, own }: Started,
  type: MessageTypeNumber,
  event: string,
  target: Target,
): Track {
  const known = own.knownFor(type, event, target)
  if (known !== undefined) return known
  checkEvent(event)
  if (Array.isArray(target)) {
    checkRoute(target, members.self)
    return own.routed(type, event, target)
  }
  const pid = resolvePid({ children }, target)
  // A way of our own making is forgotten again: tomorrow the OS pid may be that of a child.
  return isPid(pid) ? own.targeted(type, event, pid) : own.routed(type, event, [pid, members.self])
}

/** @throws ERR_IPEM_INVALID_ARG, ERR_IPEM_INVALID_ROUTE, ERR_IPEM_UNREACHABLE */
export function requestTarget({ children, members, runtime }: Started, target: Target): RequestTarget {
  if (Array.isArray(target)) {
    checkRoute(target, members.self)
    return { to: target[0] as string, route: target.slice(0, -1) }
  }
  if (target === GRAND_MASTER) return { to: GRAND_MASTER }
  if (target === PARENT) {
    if (members.parent !== null) return { to: members.parent.pid }
    if (!runtime.open) return { to: PARENT }
    throw new IpemError('ERR_IPEM_UNREACHABLE', 'This process has no parent to ask', { event: undefined })
  }
  const pid = resolvePid({ children }, target)
  return isPid(pid) ? { to: pid } : { to: pid, route: [pid] }
}

/**
 * A bare OS pid stands for a child of this process. Where it names none it comes back as it is, and what is for it
 * must not leave: to other processes it means nothing.
 * @throws ERR_IPEM_INVALID_ARG
 */
export function resolvePid({ children }: Pick<Started, 'children'>, pid: unknown): string {
  if (isPid(pid)) return pid
  if ((typeof pid === 'string' || typeof pid === 'number') && OS_PID.test(String(pid))) {
    return children.pidOf(Number(pid)) ?? String(pid)
  }
  throw invalid('pid', 'the pid of a process, or the OS pid of a child', pid)
}
