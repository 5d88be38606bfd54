// The emitter with everything that sends events: local, to many, to one. Checks what it is given and hands it to what
// was started. Also who calls listeners: with the message as `this`, and as `message` meanwhile.

import { types } from 'node:util'
import { checkEvent, checkNotReserved, invalid, show } from './arguments.js'
import type { Track } from './bus/track.js'
import { deliver, listenersOf } from './deliver.js'
import { ListeningEmitter } from './emitter.js'
import { kDeliver, kDuring, kEmitOwn, kInfo, kRunning } from './inside.js'
import { type Message, MessageType, type MessageTypeNumber } from './message.js'
import type { ProcessInfo } from './process-info.js'
import type { Target } from './public-types.js'
import { describeSelf } from './runtime/identity.js'
import type { Started } from './runtime/started.js'
import { trackTo } from './targets.js'

export abstract class SendingEmitter extends ListeningEmitter {
  readonly #info: ProcessInfo = describeSelf()
  readonly #origin: readonly string[] = Object.freeze([this.#info.pid])
  #message: Message | null = null
  /** The last name that was looked at: mostly the same one comes again. */
  #emitted: string | symbol = ''

  /** @throws ERR_IPEM_NOT_STARTED, ERR_IPEM_CLOSED */
  abstract [kRunning](): Started

  get [kInfo](): ProcessInfo {
    return this.#info
  }

  get pid(): string {
    return this.#info.pid
  }

  get from(): string {
    return this.#info.pid
  }

  get pids(): readonly string[] {
    return this.#origin
  }

  get message(): Message | null {
    return this.#message
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event !== this.#emitted) {
      if (event === 'error') return this.#emitError(args)
      if (typeof event === 'string') checkNotReserved(event)
      this.#emitted = event
    }
    const count = listenersOf(this, event)
    if (count === 0) return false
    // Nobody but a single listener has them; freezing would cost it more than all the rest.
    if (count > 1) Object.freeze(args)
    const { pid, pids } = this
    return this[kDeliver]({ from: pid, pids, type: MessageType.local, event: event as string, args })
  }

  bubble(event: string, ...args: unknown[]): this {
    // First of all it leaves: what a listener here sends because of it comes behind it, and if it cannot be sent
    // nobody gets it.
    this.#multicast(MessageType.toParents, event, args)
    const { pid, pids } = this
    this[kDeliver]({ from: pid, pids, type: MessageType.toParents, event, args: Object.freeze(args) })
    return this
  }

  sendToParents(event: string, ...args: unknown[]): this {
    return this.#multicast(MessageType.toParents, event, args)
  }

  sendToChilds(event: string, ...args: unknown[]): this {
    return this.#multicast(MessageType.toChilds, event, args)
  }

  sendToChildren(event: string, ...args: unknown[]): this {
    return this.#multicast(MessageType.toChilds, event, args)
  }

  sendToSiblings(event: string, ...args: unknown[]): this {
    return this.#multicast(MessageType.toSiblings, event, args)
  }

  broadcast(event: string, ...args: unknown[]): this {
    return this.#multicast(MessageType.broadcast, event, args)
  }

  sendToGrandMaster(event: string, ...args: unknown[]): this {
    return this.#multicast(MessageType.toGrandMaster, event, args)
  }

  sendToChild(pid: string | number, event: string, ...args: unknown[]): this {
    if (Array.isArray(pid)) throw invalid('pid', 'the pid of a process, or the OS pid of a child', pid)
    return this.#send(trackTo(this[kRunning](), MessageType.toChild, event, pid), args)
  }

  sendTo(target: Target, event: string, ...args: unknown[]): this {
    return this.#send(trackTo(this[kRunning](), MessageType.sendTo, event, target), args)
  }

  /** Runs the listeners of a message. Answers whether anybody listened. */
  [kDeliver](message: Message): boolean {
    const before = this.#message
    this.#message = message
    try {
      return deliver(this, message.event, message, message.args)
    } finally {
      this.#message = before
    }
  }

  /** Runs something with the message as `ipem.message`. */
  [kDuring]<T>(message: Message, run: () => T): T {
    const before = this.#message
    this.#message = message
    try {
      return run()
    } finally {
      this.#message = before
    }
  }

  /** Runs the listeners of an event of ipem's own, whose `this` is ipem. */
  [kEmitOwn](event: string, args: readonly unknown[]): boolean {
    return deliver(this, event, this, args)
  }

  /** As in Node: without a listener the error is thrown. */
  #emitError(args: unknown[]): boolean {
    if (this[kEmitOwn]('error', args)) return true
    const [error] = args
    throw error instanceof Error || types.isNativeError(error)
      ? error
      : Object.assign(new Error(`Unhandled error. (${show(error)})`, { cause: error }), { code: 'ERR_UNHANDLED_ERROR' })
  }

  #multicast(type: MessageTypeNumber, event: string, args: unknown[]): this {
    const started = this[kRunning]()
    const track = started.own.known(type, event)
    if (track !== undefined) return this.#send(track, args)
    checkEvent(event)
    return this.#send(started.own.multicast(type, event), args)
  }

  #send(track: Track, args: readonly unknown[]): this {
    const { runtime, schemas } = this[kRunning]()
    if (schemas.active) {
      const error = schemas.check(track.header.event, args)
      if (error !== null) throw error
    }
    runtime.send(track, args)
    return this
  }
}
