// Carries requests, answers and cancels over the bus.

import type { Bus } from '../bus/bus.js'
import { cancelArgs } from '../bus/notice.js'
import type { Track } from '../bus/track.js'
import { MessageType } from '../message.js'
import { GRAND_MASTER, PARENT, type RequestPort, type RequestTarget } from '../request/port.js'
import type { LateTrack } from './held.js'

/** What sends: the bus, behind the queue of what waits for `ready`. */
export interface Carrier {
  readonly bus: Bus
  send(track: Track | LateTrack, args: readonly unknown[], requestId: number): void
}

export class RequestsOverBus implements RequestPort {
  readonly #carrier: Carrier

  constructor(carrier: Carrier) {
    this.#carrier = carrier
  }

  sendRequest(target: RequestTarget, event: string, id: number, args: readonly unknown[]): void {
    this.#send(MessageType.request, target, event, id, args)
  }

  whoIs(word: typeof GRAND_MASTER | typeof PARENT): string | undefined {
    const { isGrandMaster, parent, self, way } = this.#carrier.bus.members
    if (word === PARENT) return parent?.pid
    return isGrandMaster ? self : way.at(-1)
  }

  sendAnswer(pids: readonly string[], id: number, body: readonly unknown[]): void {
    const { own } = this.#carrier.bus
    this.#carrier.send(own.routed(MessageType.answer, '', pids), body, id)
  }

  sendCancel(target: RequestTarget, id: number): void {
    this.#send(MessageType.notice, target, '', id, cancelArgs)
  }

  watchGone(watching: boolean): void {
    this.#carrier.bus.members.setWatching(watching)
  }

  #send(type: 8 | 10, target: RequestTarget, event: string, id: number, args: readonly unknown[]): void {
    const late = target.to === PARENT
    this.#carrier.send(late ? () => this.#track(type, target, event) : this.#track(type, target, event), args, id)
  }

  #track(type: 8 | 10, { to, route }: RequestTarget, event: string): Track {
    const { own, members } = this.#carrier.bus
    if (route !== undefined) return own.routed(type, event, Object.freeze([...route, members.self]))
    // Without a parent the way ends here: nobody has that name.
    if (to === PARENT) return own.routed(type, event, [members.parent?.pid ?? PARENT, members.self])
    return own.targeted(type, event, to === GRAND_MASTER ? null : to)
  }
}
