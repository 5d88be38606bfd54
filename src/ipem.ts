// The emitter users hold: checks what it is given and passes it on. Its public face, with the documentation of
// every function, is public-types.ts; what it starts is put together in runtime/started.ts.

import type { ChildProcess } from 'node:child_process'
import { types } from 'node:util'
import {
  canArrive,
  checkChannel,
  checkEvent,
  checkFork,
  checkNotReserved,
  checkTreeOptions,
  invalid,
  show,
} from './arguments.js'
import type { Track } from './bus/track.js'
import { clusterModule } from './cluster-module.js'
import { deliver, hasListeners } from './deliver.js'
import { ListeningEmitter } from './emitter.js'
import { IpemError } from './errors.js'
import { INTERNAL_PREFIX, type Message, MessageType, type MessageTypeNumber, RESERVED_EVENTS } from './message.js'
import {
  type ForkOptions,
  type IpemOptions,
  normalizeOptions,
  type ResolvedOptions,
  type WorkerOptions,
} from './options.js'
import type { ProcessInfo, TreeNode } from './process-info.js'
import type {
  DefaultEvents,
  EventMap,
  IpemConstructor,
  Ipem as IpemInterface,
  Members,
  Target,
} from './public-types.js'
import { HandlerTable, type RequestHandler } from './request/handler-table.js'
import type { RequestAll } from './request/request-all.js'
import { describeSelf } from './runtime/identity.js'
import { closed } from './runtime/runtime.js'
import { Started } from './runtime/started.js'
import type { Child } from './supervise/child.js'
import { requestTarget, trackTo } from './targets.js'

/** Own events that other processes need to know whether we listen to; the rest never leaves. */
const SHARED_OWN_EVENTS: ReadonlySet<string> = new Set(['online', 'offline'])

class IpemEmitter extends ListeningEmitter {
  readonly #info: ProcessInfo = describeSelf('grandmaster')
  readonly #origin: readonly string[] = Object.freeze([this.#info.pid])
  #options: ResolvedOptions = normalizeOptions(undefined, {})
  readonly #handlers = new HandlerTable()
  #started: Started | null = null
  #message: Message | null = null

  get pid(): string {
    return this.#info.pid
  }

  get from(): string {
    return this.#info.pid
  }

  get pids(): readonly string[] {
    return this.#origin
  }

  get parentPid(): string | null {
    return this.#started?.members.parent?.pid ?? null
  }

  get childsOnline(): number {
    return this.#started?.childsOnline ?? 0
  }

  get childrenOnline(): number {
    return this.childsOnline
  }

  get isGrandMaster(): boolean {
    return this.#started?.members.isGrandMaster ?? false
  }

  get isMaster(): boolean {
    return clusterModule().isPrimary
  }

  get isWorker(): boolean {
    return clusterModule().isWorker
  }

  get message(): Message | null {
    return this.#message
  }

  get writableNeedDrain(): boolean {
    return this.#started?.runtime.bus.needDrain ?? false
  }

  options(options: IpemOptions): this {
    if (this.#started !== null) throw alreadyStarted('options()')
    this.#options = normalizeOptions(this.#options, options)
    return this
  }

  start(): this {
    if (this.#started !== null) throw alreadyStarted('start()')
    const started = new Started(this.#info, this.#options, this.#handlers, {
      listens: (event) => hasListeners(this, event),
      onMessage: (message) => void this.#deliver(message, message),
      emitOwn: (event, args) => this.#emitOwn(event, args),
    })
    this.#started = started
    for (const event of this.eventNames()) this.listeningChanged(event, true)
    started.begin()
    return this
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'error') return this.#emitError(args)
    if (typeof event === 'string' && (RESERVED_EVENTS.has(event) || event.startsWith(INTERNAL_PREFIX)))
      checkNotReserved(event)
    if (!hasListeners(this, event)) return false
    const pids = this.#origin
    return this.#deliver({
      from: this.#info.pid,
      pids,
      type: MessageType.local,
      event: event as string,
      args: Object.freeze(args),
    })
  }

  bubble(event: string, ...args: unknown[]): this {
    // First of all it leaves: what a listener here sends because of it comes behind it, and if it cannot be sent
    // nobody gets it.
    this.#multicast(MessageType.toParents, event, args)
    const { pid, pids } = this
    this.#deliver({ from: pid, pids, type: MessageType.toParents, event, args: Object.freeze(args) })
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
    return this.#send(trackTo(this.#running(), MessageType.toChild, event, pid), args)
  }

  sendTo(target: Target, event: string, ...args: unknown[]): this {
    return this.#send(trackTo(this.#running(), MessageType.sendTo, event, target), args)
  }

  request<T = unknown>(target: Target, event: string, ...args: unknown[]): Promise<T> {
    try {
      const started = this.#running()
      checkEvent(event)
      return started.runtime.requests.request<T>(requestTarget(started, target), event, args)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  requestAll<T = unknown>(members: Members, event: string, ...args: unknown[]): RequestAll<T> {
    const started = this.#running()
    checkEvent(event)
    const find = started.directory.members(members)
    if (find === null) throw invalid('members', "'childs', 'siblings' or 'everyone'", members)
    return started.runtime.requests.requestAll<T>(find, event, args)
  }

  handle(event: string, handler: RequestHandler): this {
    checkEvent(event)
    this.#handlers.add(event, typeof handler === 'function' ? this.#asMessage(handler) : handler)
    return this
  }

  removeHandler(event: string): boolean {
    checkEvent(event)
    return this.#handlers.remove(event)
  }

  fork(path: string | URL, args: readonly string[] | ForkOptions = [], options?: ForkOptions): Child {
    const { children } = this.#mayFork()
    checkFork(path, args, options)
    return Array.isArray(args) ? children.fork(path, args, options) : children.fork(path, [], args as ForkOptions)
  }

  worker(options?: WorkerOptions): Child {
    return this.#mayFork().children.worker(options)
  }

  adopt(child: ChildProcess): this {
    const { children } = this.#mayFork()
    checkChannel(child)
    children.adopt(child)
    return this
  }

  tree(options: { root: 'grandmaster'; timeout?: number }): Promise<TreeNode>
  tree(): TreeNode
  tree(options?: { root: 'grandmaster'; timeout?: number }): TreeNode | Promise<TreeNode> {
    if (options !== undefined) return this.#wholeTree(options)
    return this.#started?.members.tree() ?? { ...this.#info, children: [] }
  }

  async #wholeTree(options: { root: 'grandmaster'; timeout?: number }): Promise<TreeNode> {
    const { directory } = this.#running()
    checkTreeOptions(options)
    return directory.wholeTree(options.timeout)
  }

  address(): ReturnType<Started['address']> {
    return this.#started?.address() ?? null
  }

  async flush(): Promise<void> {
    await this.#started?.flush()
  }

  async close(): Promise<void> {
    await this.#started?.close()
  }

  ref(): this {
    this.#running().setReferenced(true)
    return this
  }

  unref(): this {
    this.#running().setReferenced(false)
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  protected listeningChanged(event: string | symbol, listening: boolean): void {
    if (typeof event !== 'string' || !canArrive(event)) return
    if (RESERVED_EVENTS.has(event) && !SHARED_OWN_EVENTS.has(event)) return
    this.#started?.members.setListening(event, listening)
  }

  #multicast(type: MessageTypeNumber, event: string, args: unknown[]): this {
    const started = this.#running()
    const track = started.own.known(type, event)
    if (track !== undefined) return this.#send(track, args)
    checkEvent(event)
    return this.#send(started.own.multicast(type, event), args)
  }

  #send(track: Track, args: readonly unknown[]): this {
    const { runtime, schemas } = this.#started as Started
    if (schemas.active) {
      const error = schemas.check(track.header.event, args)
      if (error !== null) throw error
    }
    runtime.send(track, args)
    return this
  }

  #running(): Started {
    if (this.#started === null) throw new IpemError('ERR_IPEM_NOT_STARTED', 'Call start() first')
    if (this.#started.closed) throw closed()
    return this.#started
  }

  /** Nobody new comes in once `close()` was called. */
  #mayFork(): Started {
    const started = this.#running()
    if (started.closing) throw closed()
    return started
  }

  /** Runs the listeners with the message as `this`, and as `ipem.message` meanwhile. */
  #deliver(message: Message, self: unknown = message): boolean {
    const before = this.#message
    this.#message = message
    try {
      return deliver(this, message.event, self, message.args)
    } finally {
      this.#message = before
    }
  }

  /** The handler, with the request as `ipem.message` while it runs: arrow functions have no `this`. */
  #asMessage(handler: RequestHandler): RequestHandler {
    const ipem = this
    return function (...args) {
      const before = ipem.#message
      ipem.#message = this
      try {
        return handler.apply(this, args)
      } finally {
        ipem.#message = before
      }
    }
  }

  #emitOwn(event: string, args: readonly unknown[]): boolean {
    return deliver(this, event, this, args)
  }

  /** As in Node: without a listener the error is thrown. */
  #emitError(args: unknown[]): boolean {
    if (this.#emitOwn('error', args)) return true
    const [error] = args
    throw error instanceof Error || types.isNativeError(error)
      ? error
      : new Error(`Unhandled error. (${show(error)})`, { cause: error })
  }
}

function alreadyStarted(what: string): IpemError {
  return new IpemError('ERR_IPEM_ALREADY_STARTED', `${what} was called after start()`)
}

/** The class of every ipem; `createIpem()` makes one too. */
export const Ipem = IpemEmitter as unknown as IpemConstructor
export type Ipem<Events extends EventMap<Events> = DefaultEvents> = IpemInterface<Events>
