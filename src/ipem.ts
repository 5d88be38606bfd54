// The emitter users hold: options, life, children and requests on top of what sends (sender.ts). Its public face, with
// the documentation of every function, is public-types.ts; what it starts is put together in runtime/started.ts.

import type { ChildProcess } from 'node:child_process'
import { canArrive, checkChannel, checkEvent, checkFork, checkTreeOptions, invalid } from './arguments.js'
import { clusterModule } from './builtin-modules.js'
import { hasListeners } from './deliver.js'
import { IpemError } from './errors.js'
import { kDeliver, kDuring, kEmitOwn, kInfo, kListeningChanged, kRunning } from './inside.js'
import { RESERVED_EVENTS } from './message.js'
import {
  type ForkOptions,
  type IpemOptions,
  normalizeOptions,
  type ResolvedOptions,
  type WorkerOptions,
} from './options.js'
import type { TreeNode } from './process-info.js'
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
import { closed } from './runtime/readiness.js'
import { Started } from './runtime/started.js'
import { SendingEmitter } from './sender.js'
import type { Child } from './supervise/child.js'
import { requestTarget } from './targets.js'

/** Own events that other processes need to know whether we listen to; the rest never leaves. */
const SHARED_OWN_EVENTS: ReadonlySet<string> = new Set(['online', 'offline'])

class IpemEmitter extends SendingEmitter {
  /** Checked when it starts: every import would pay for it. */
  #options: ResolvedOptions | undefined
  readonly #handlers = new HandlerTable()
  #started: Started | null = null

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
    const started = new Started(this[kInfo], this.#options ?? normalizeOptions(undefined, {}), this.#handlers, {
      listens: (event) => hasListeners(this, event),
      onMessage: (message) => void this[kDeliver](message),
      emitOwn: (event, args) => this[kEmitOwn](event, args),
    })
    this.#started = started
    for (const event of this.eventNames()) this[kListeningChanged](event, true)
    started.begin()
    return this
  }

  request<T = unknown>(target: Target, event: string, ...args: unknown[]): Promise<T> {
    try {
      const started = this[kRunning]()
      checkEvent(event)
      return started.runtime.requests.request<T>(requestTarget(started, target), event, args)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  requestAll<T = unknown>(members: Members, event: string, ...args: unknown[]): RequestAll<T> {
    const started = this[kRunning]()
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
    return this.#started?.members.tree() ?? { ...this[kInfo], children: [] }
  }

  async #wholeTree(options: { root: 'grandmaster'; timeout?: number }): Promise<TreeNode> {
    const { directory } = this[kRunning]()
    checkTreeOptions(options)
    return directory.wholeTree(options)
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
    this[kRunning]().setReferenced(true)
    return this
  }

  unref(): this {
    this[kRunning]().setReferenced(false)
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  [kListeningChanged](event: string | symbol, listening: boolean): void {
    if (typeof event !== 'string' || !canArrive(event)) return
    if (RESERVED_EVENTS.has(event) && !SHARED_OWN_EVENTS.has(event)) return
    this.#started?.members.setListening(event, listening)
  }

  [kRunning](): Started {
    if (this.#started === null) throw new IpemError('ERR_IPEM_NOT_STARTED', 'Call start() first')
    if (this.#started.closed) throw closed()
    return this.#started
  }

  /** Nobody new comes in once `close()` was called. */
  #mayFork(): Started {
    const started = this[kRunning]()
    if (started.closing) throw closed()
    return started
  }

  /** The handler, with the request as `ipem.message` while it runs: arrow functions have no `this`. */
  #asMessage(handler: RequestHandler): RequestHandler {
    const during = this[kDuring].bind(this)
    return function (...args) {
      return during(this, () => handler.apply(this, args))
    }
  }
}

function alreadyStarted(what: string): IpemError {
  return new IpemError('ERR_IPEM_ALREADY_STARTED', `${what} was called after start()`)
}

/** The class of every ipem; `createIpem()` makes one too. */
export const Ipem = IpemEmitter as unknown as IpemConstructor
export type Ipem<Events extends EventMap<Events> = DefaultEvents> = IpemInterface<Events>
