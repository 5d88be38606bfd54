// The private socket pair between a child and its parent, as one more slot of the child's stdio.
// Says where it is and what else the slots must hold; it starts no process.

import type { ChildProcess, IOType, StdioOptions } from 'node:child_process'
import type { Socket } from 'node:net'
import { netModule } from '../builtin-modules.js'
import { IpemError } from '../errors.js'

/** The variable that tells a child where its link is: `<fd>:<parent's OS pid>`, and `:<ms>` where its parent watches it. */
export const LINK_VARIABLE = 'IPEM_LINK'

type StdioSlots = Exclude<StdioOptions, IOType>

/**
 * Add the slot of the link to the stdio of a child, and the `ipc` slot that `fork` insists on.
 *
 * @param stdio the user's; without it, what `fork` does by default
 * @throws ERR_IPEM_INVALID_ARG for a `net.Server` in a slot
 */
export function withLinkSlot(stdio: StdioOptions = 'inherit'): { stdio: StdioSlots; fd: number } {
  const slots: StdioSlots = typeof stdio === 'string' ? [stdio, stdio, stdio] : [...stdio]
  // Node takes a missing entry below 3 for a pipe; so must we, as ours come after them.
  while (slots.length < 3) slots.push('pipe')
  for (const [index, slot] of slots.entries()) {
    // Node throws for these only after it has started the child, which nobody then owns.
    if ((slot as unknown) instanceof netModule().Server) {
      throw new IpemError('ERR_IPEM_INVALID_ARG', `stdio[${index}] is a net.Server, pass its file descriptor`, {
        argument: `stdio[${index}]`,
      })
    }
  }
  if (!slots.includes('ipc')) slots.push('ipc')
  return { stdio: [...slots, 'pipe'], fd: slots.length }
}

/** What {@link LINK_VARIABLE} says. */
interface NamedLink {
  readonly fd: number
  readonly parentOsPid: number
  /** How often the child has to show that its event loop turns; 0: never. */
  readonly beatMs: number
}

/** The value of {@link LINK_VARIABLE} for a child whose link is at `fd`. */
export function linkVariable(fd: number, beatMs = 0): string {
  return `${fd}:${process.pid}${beatMs > 0 ? `:${beatMs}` : ''}`
}

/** What {@link linkVariable} said; null for anything else. */
export function parseLinkVariable(value: string): NamedLink | null {
  const match = /^(\d{1,6}):(\d{1,10})(?::(\d{1,10}))?$/.exec(value)
  return match === null ? null : { fd: Number(match[1]), parentOsPid: Number(match[2]), beatMs: Number(match[3] ?? 0) }
}

/** Our end of the pair at `fd` of the child. */
export function socketAt(child: ChildProcess, fd: number): Socket | null {
  // With no descriptors left (EMFILE) Node returns a child that has no `stdio` at all, whatever its type says.
  const stream: unknown = (child.stdio as ChildProcess['stdio'] | undefined)?.[fd]
  return stream instanceof netModule().Socket ? stream : null
}
