// What the bus is given by the rest of the process, and what it tells it.

import type { IpemError } from '../errors.js'
import type { Message } from '../message.js'
import type { Neighbour } from './neighbour.js'

export interface BusLimits {
  readonly maxPayload: number
  readonly hardLimit: number
  readonly highWaterMark: number
  readonly headerRing: number
  readonly maxInterestNames: number
  /** How long a vanished listener may come back before the neighbours are told, in ms. */
  readonly lateRemovalMs: number
}

/** What the rest of the process is told. Called synchronously, in the order of arrival. */
export interface BusOwner {
  /** Whether to decode and hand over an event of this name at all. */
  listens(event: string): boolean
  onMessage(message: Message): void
  /** A message of type request, answer or notice. */
  onControl(message: Message, requestId: number): void
  onPresence(message: Message, pid: string): void
  onChildOnline(child: Neighbour): void
  /**
   * The way up is another from `kept` on, a process that is still above: these are not above us any more, and whoever
   * is not below `kept` is out of reach, or to be reached by another way.
   */
  onWayLost(kept: string, lost: readonly string[]): void
  /** A message of this process could not be delivered; `requestId` 0 for events. */
  onUndelivered(error: IpemError, requestId: number): void
  /** A message that came in cannot be read; `message` has no arguments. */
  onUnreadable(error: IpemError, message: Message, requestId: number): void
  /** No link is full any more. */
  onDrain(): void
}
