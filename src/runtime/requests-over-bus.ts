// Carries requests, answers and cancels over the bus.

import { cancelArgs } from '../bus/notice.js'
import { MessageType } from '../message.js'
import { GRAND_MASTER, type RequestPort, type RequestTarget } from '../request/port.js'
import type { Runtime } from './runtime.js'

type Carrier = Pick<Runtime, 'bus' | 'send'>

export class RequestsOverBus implements RequestPort {
  readonly #carrier: Carrier

  constructor(carrier: Carrier) {
    this.#carrier = carrier
  }

  sendRequest(target: RequestTarget, event: string, id: number, args: readonly unknown[]): void {
    this.#send(MessageType.request, target, event, id, args)
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

  #send(type: 8 | 10, { to, route }: RequestTarget, event: string, id: number, args: readonly unknown[]): void {
    const { own, members } = this.#carrier.bus
    const track =
      route === undefined
        ? own.targeted(type, event, to === GRAND_MASTER ? null : to)
        : own.routed(type, event, Object.freeze([...route, members.self]))
    this.#carrier.send(track, args, id)
  }
}
