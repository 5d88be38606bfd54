// Request/reply as its owner sees it: what users call, and what the owner reports. Joins the asking and the
// answering side; knows nothing of links, routing or bytes.

import type { IpemError } from '../errors.js'
import type { Message } from '../message.js'
import { GoneWatch } from './gone-watch.js'
import { HandlerTable, type RequestHandler } from './handler-table.js'
import { Handlers } from './handlers.js'
import { PendingRequests } from './pending-requests.js'
import type { RequestLimits, RequestPort, RequestTarget } from './port.js'
import { RequestAll, type RequestMembers } from './request-all.js'
import { parseRequestArguments } from './request-arguments.js'

export class Requests {
  readonly #pending: PendingRequests
  readonly #handlers: Handlers
  readonly #table: HandlerTable
  readonly #requestTimeoutMs: number

  /** `handlers` may have been filled before, and is shared with whoever fills it. */
  constructor(port: RequestPort, limits: RequestLimits, handlers: HandlerTable = new HandlerTable()) {
    this.#table = handlers
    const goneWatch = new GoneWatch(port)
    this.#pending = new PendingRequests(port, goneWatch, limits.maxPendingRequests)
    this.#handlers = new Handlers(port, handlers, goneWatch, limits.maxPendingRequests)
    this.#requestTimeoutMs = limits.requestTimeoutMs
  }

  /** Requests that wait for their answer here. */
  get pendingCount(): number {
    return this.#pending.size
  }

  /** Requests of others that are being handled here. */
  get handlingCount(): number {
    return this.#handlers.size
  }

  /**
   * Asks one process and resolves to what its handler answers.
   *
   * `rest` is what the user gave behind the event name: the arguments, then perhaps {@link RequestOptions}. Never
   * throws; ends in exactly one way. A late answer is dropped, it can never be given to a later request. After a
   * timeout or an abort the handler's signal is aborted, but what it has done already is done. While it waits with a
   * timeout, the request keeps this process alive.
   *
   * Rejects with the error of the handler (see {@link RemoteError}), or with an IpemError that has `event` and, as
   * `pid`, whom the request was for.
   *
   * @throws ERR_IPEM_ABORTED the signal was aborted; `cause` is its reason. Aborted beforehand, nothing was sent
   * @throws ERR_IPEM_CLOSED this ipem was closed
   * @throws ERR_IPEM_GONE the target, or a process of the given route, left; that one is `lost`
   * @throws ERR_IPEM_INVALID_ARG an option has a wrong value
   * @throws ERR_IPEM_NO_HANDLER the target has no handler for this event
   * @throws ERR_IPEM_OVERFLOW a queue on the way is full and stalled
   * @throws ERR_IPEM_PROTOCOL what came as the answer is none
   * @throws ERR_IPEM_REMOTE the handler threw something that is no Error (`cause`), or an Error without a code
   * @throws ERR_IPEM_TIMEOUT no answer within `timeout` milliseconds
   * @throws ERR_IPEM_TOO_LARGE the arguments or the answer are too large
   * @throws ERR_IPEM_TOO_MANY too many requests are pending here or being handled there
   * @throws ERR_IPEM_UNREACHABLE there is no such process, or no way to it
   * @throws ERR_IPEM_UNSERIALIZABLE an argument or the answer contains what cannot travel; the message names its path
   */
  request<T = unknown>(target: RequestTarget, event: string, rest: readonly unknown[]): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const call = parseRequestArguments(rest, this.#requestTimeoutMs)
      this.#pending.start(target, event, call, resolve as (value: unknown) => void, reject)
    })
  }

  /**
   * Asks many processes and iterates over one row for each of them, `{ pid, value }` or `{ pid, error }`, in the order
   * in which they end. A process that hangs, leaves or fails does so in its own row only; the timeout counts for each.
   *
   * Nothing is asked before the first `next()`. At most as many as may be pending are asked at a time. Leaving the
   * loop cancels what is pending. An abort of the signal ends all open rows with ERR_IPEM_ABORTED; when the members
   * are not known by then, the iteration itself rejects with it, as it does when the members cannot be found.
   *
   * @throws ERR_IPEM_INVALID_ARG an option has a wrong value
   */
  requestAll<T = unknown>(members: RequestMembers, event: string, rest: readonly unknown[]): RequestAll<T> {
    return new RequestAll<T>(this.#pending, members, event, parseRequestArguments(rest, this.#requestTimeoutMs))
  }

  /**
   * Registers the handler of an event: what it returns, or what its promise resolves to, is the answer; what it
   * throws is the caller's error. It is called with the message as `this`, which here has a `signal` too, and with
   * the arguments as arguments. Handlers and listeners of the same name have nothing to do with each other.
   *
   * @throws ERR_IPEM_HANDLER_EXISTS the event has a handler; `removeHandler` first
   * @throws ERR_IPEM_INVALID_ARG the event is no non-empty string, or the handler no function
   */
  handle(event: string, handler: RequestHandler): void {
    this.#table.add(event, handler)
  }

  /** Later requests find no handler; those under way are still answered. Returns whether there was one. */
  removeHandler(event: string): boolean {
    return this.#table.remove(event)
  }

  /** A request came in; its handler is called before this returns. */
  onRequest(message: Message, id: number): void {
    this.#handlers.onRequest(message, id)
  }

  /** A request came in whose arguments cannot be read. */
  onUnreadable(message: Message, id: number, error: IpemError): void {
    this.#handlers.onUnreadable(message, id, error)
  }

  /** An answer came in; `message.args` is its body. */
  onAnswer(message: Message, id: number): void {
    this.#pending.onAnswer(message, id)
  }

  /** The process `fromPid` does not wait for the answer to its request `id` any more. */
  onCancel(fromPid: string, id: number): void {
    this.#handlers.onCancel(fromPid, id)
  }

  /** A request of this process was refused on its way; `error` is what it rejects with. */
  onRefused(id: number, error: IpemError): void {
    this.#pending.onRefused(id, error)
  }

  /**
   * A process has left the tree, or cannot be reached from here any more. What it sent before MUST have been reported.
   * `'grandmaster'` stands for a grand master that was lost before its pid was known.
   */
  onGone(pid: string): void {
    this.#pending.onGone(pid)
    this.#handlers.onGone(pid)
  }

  /** Of all the others only those for whom `within` holds can still be reached; as `onGone` for each of the rest. */
  onOutOfReach(within: (pid: string) => boolean): void {
    for (const pid of this.concerned) if (!within(pid)) this.onGone(pid)
  }

  /** Whom requests wait for here, `'grandmaster'` among them, and whose requests are being handled here. */
  get concerned(): ReadonlySet<string> {
    return new Set([...this.#pending.awaited, ...this.#handlers.callers])
  }

  /** All pending requests and all later ones reject with `error`; signals of handlers abort, requests are ignored. */
  close(error: IpemError): void {
    this.#pending.close(error)
    this.#handlers.close(error)
  }
}
