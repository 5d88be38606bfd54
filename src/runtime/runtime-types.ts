// What a runtime tells the emitter above it and the parts beside it.

import type { Neighbour } from '../bus/neighbour.js'
import type { IpemError } from '../errors.js'
import type { LinkCloseReason } from '../link/link.js'
import type { Message } from '../message.js'

/** What the emitter is told. */
export interface RuntimeOwner {
  listens(event: string): boolean
  /** A message for the listeners of its event. */
  onMessage(message: Message): void
  onReady(): void
  onDrain(): void
}

/** What happens to links, for those who made them. */
export interface RuntimeParts {
  onReady(): void
  onParentLost(reason: LinkCloseReason, error: IpemError | null): void
  onChildOnline(child: Neighbour): void
  onWayLost(kept: string, lost: readonly string[]): void
  /** True when the part reports the end later, because it waits for the exit of the process. */
  onChildLost(child: Neighbour, reason: LinkCloseReason): boolean
}

/** How the loss of a link is told: `OfflineInfo.reason`. */
export function wordFor(reason: LinkCloseReason): string {
  if (reason.kind === 'bye') return 'closed'
  if (reason.kind !== 'error') return 'disconnect'
  return (reason.error as Partial<IpemError> | undefined)?.code === 'ERR_IPEM_PROTOCOL' ? 'protocol' : 'error'
}
