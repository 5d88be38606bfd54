// What arrives at this process, sorted: events to listeners, requests and answers to their own place, news of what
// could not be delivered or read to whoever waits for it.

import type { BusOwner } from '../bus/bus-owner.js'
import type { Neighbour } from '../bus/neighbour.js'
import { errorOfNotice, isCancel } from '../bus/notice.js'
import type { IpemError } from '../errors.js'
import { type Message, MessageType } from '../message.js'
import type { Requests } from '../request/requests.js'
import type { Faults } from './faults.js'

/** Where it goes. */
export interface IncomingOwner {
  readonly requests: Requests
  readonly faults: Faults
  listens(event: string): boolean
  /** A message for the listeners of its event. */
  onMessage(message: Message): void
  onDrain(): void
  onChildOnline(child: Neighbour): void
  onWayLost(kept: string, lost: readonly string[]): void
}

export class Incoming implements BusOwner {
  readonly #owner: IncomingOwner

  constructor(owner: IncomingOwner) {
    this.#owner = owner
  }

  onChildOnline(child: Neighbour): void {
    this.#owner.onChildOnline(child)
  }

  onWayLost(kept: string, lost: readonly string[]): void {
    this.#owner.onWayLost(kept, lost)
  }

  listens(event: string): boolean {
    return this.#owner.listens(event)
  }

  onMessage(message: Message): void {
    this.#owner.onMessage(message)
  }

  onControl(message: Message, requestId: number): void {
    if (message.type === MessageType.request) this.#owner.requests.onRequest(message, requestId)
    else if (message.type === MessageType.answer) this.#owner.requests.onAnswer(message, requestId)
    else if (isCancel(message)) this.#owner.requests.onCancel(message.from, requestId)
    else {
      const error = errorOfNotice(message)
      if (error !== null) this.onUndelivered(error, requestId)
    }
  }

  onPresence(message: Message, pid: string): void {
    if (message.event === 'offline') this.#owner.requests.onGone(pid)
    this.#owner.onMessage(message)
  }

  onUndelivered(error: IpemError, requestId: number): void {
    if (requestId > 0) this.#owner.requests.onRefused(requestId, error)
    else this.#owner.faults.loss(error)
  }

  onUnreadable(error: IpemError, message: Message, requestId: number): void {
    if (message.type === MessageType.answer) this.#owner.requests.onRefused(requestId, error)
    else if (message.type === MessageType.request) this.#owner.requests.onUnreadable(message, requestId, error)
    else this.#owner.faults.loss(error)
  }

  onDrain(): void {
    this.#owner.onDrain()
  }
}
