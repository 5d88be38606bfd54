// The asking side: every request that waits for its answer, and the one way in which each of them ends.
// Removing the entry is the decision: whoever takes it out of the map ends the request, all others find nothing.

import { IpemError } from '../errors.js'
import type { Message } from '../message.js'
import { AbortWatch } from './abort-watch.js'
import { readAnswer } from './answer.js'
import type { GoneWatch } from './gone-watch.js'
import { GRAND_MASTER, PARENT, type RequestPort, type RequestTarget } from './port.js'
import type { RequestCall } from './request-arguments.js'

interface Pending {
  readonly target: RequestTarget
  /** Who that was when it was sent, as far as it was known. */
  readonly asked: string | undefined
  readonly event: string
  readonly call: RequestCall
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
  timer: NodeJS.Timeout | undefined
}

export class PendingRequests {
  readonly #port: RequestPort
  readonly #goneWatch: GoneWatch
  readonly #max: number
  readonly #pending = new Map<number, Pending>()
  /** Which requests end when a process leaves: by the pid of the target and of each hop of a given route. */
  readonly #byPid = new Map<string, Set<number>>()
  readonly #signals = new AbortWatch((id, reason) => this.abort(id, reason))
  /** Only grows, so that a late answer can never meet a later request. */
  #lastId = 0
  #closed: Error | undefined

  constructor(port: RequestPort, goneWatch: GoneWatch, maxPendingRequests: number) {
    this.#port = port
    this.#goneWatch = goneWatch
    this.#max = maxPendingRequests
  }

  get size(): number {
    return this.#pending.size
  }

  /** Whom requests wait for: targets, `'grandmaster'` and hops of given routes. */
  get awaited(): string[] {
    return [...this.#byPid.keys()]
  }

  /** How many more may start now. */
  get free(): number {
    return this.#max - this.#pending.size
  }

  /**
   * Sends a request. Exactly one of `resolve` and `reject` is called, once, possibly before this returns; neither may
   * throw. Returns the id for `abort`, or 0 when nothing is pending because it was rejected at once.
   */
  start(
    target: RequestTarget,
    event: string,
    call: RequestCall,
    resolve: (value: unknown) => void,
    reject: (error: Error) => void,
  ): number {
    const { args, timeoutMs, signal } = call
    const refusal = this.#refusal(target, event, signal)
    if (refusal !== undefined) {
      reject(refusal)
      return 0
    }
    const id = ++this.#lastId
    const { to } = target
    const pending: Pending = { target, asked: this.#whoIs(to), event, call, resolve, reject, timer: undefined }
    this.#pending.set(id, pending)
    this.#index(target, id)
    this.#goneWatch.retain()
    try {
      this.#port.sendRequest(target, event, id, args)
    } catch (error) {
      this.#take(id)?.reject(error as Error)
      return 0
    }
    // The port may have reported the end already. The timer keeps the process alive: somebody waits for the outcome.
    if (!this.#pending.has(id)) return 0
    if (timeoutMs > 0) pending.timer = setTimeout(this.#onTimer, timeoutMs, id)
    if (signal !== undefined) this.#signals.add(signal, id)
    return id
  }

  /** Ends it with ERR_IPEM_ABORTED and tells the handler. Does nothing when it has ended already. */
  abort(id: number, reason: unknown): void {
    const pending = this.#take(id)
    if (pending === undefined) return
    pending.reject(aborted(pending.target, pending.event, reason))
    this.#sendCancel(pending.target, id)
  }

  onAnswer(message: Message, id: number): void {
    const pending = this.#pending.get(id)
    if (pending === undefined) return
    // Ids are easy to guess: only the process that was asked may answer. One that is named by a word may have become
    // another since.
    const { to } = pending.target
    if (message.from !== this.#whoIs(to) && message.from !== pending.asked) return
    this.#take(id)
    readAnswer(message.args, message.from, pending.event, pending.resolve, pending.reject)
  }

  onRefused(id: number, error: IpemError): void {
    // Ids are easy to guess: what is refused has to be what was asked.
    const { event } = error
    if (typeof event === 'string' && event !== this.#pending.get(id)?.event) return
    this.#take(id)?.reject(error)
  }

  onGone(pid: string): void {
    const ids = this.#byPid.get(pid)
    if (ids === undefined) return
    for (const id of [...ids]) {
      const pending = this.#take(id)
      if (pending === undefined) continue
      const { target, event } = pending
      pending.reject(
        new IpemError('ERR_IPEM_GONE', `The process ${pid} left before ${target.to} answered "${event}"`, {
          pid: target.to,
          event,
          lost: pid,
        }),
      )
      // Only the way was lost: the target may still be at work, and reachable along another way.
      if (pid !== target.to) this.#sendCancel({ to: target.to }, id)
    }
  }

  close(error: Error): void {
    this.#closed ??= error
    for (const id of [...this.#pending.keys()]) this.#take(id)?.reject(this.#closed)
  }

  #whoIs(to: string): string | undefined {
    return to === GRAND_MASTER || to === PARENT ? this.#port.whoIs(to) : to
  }

  #refusal(target: RequestTarget, event: string, signal: AbortSignal | undefined): Error | undefined {
    if (this.#closed !== undefined) return this.#closed
    if (signal?.aborted) return aborted(target, event, signal.reason)
    if (this.free > 0) return undefined
    return new IpemError('ERR_IPEM_TOO_MANY', `${this.#max} requests are waiting for an answer already`, {
      pid: target.to,
      event,
      limit: this.#max,
    })
  }

  // Timers run before sockets are read: after this process was busy for longer than the timeout, the answer may lie
  // unread in a socket. So let what has arrived be read first.
  // https://nodejs.org/en/learn/asynchronous-work/event-loop-timers-and-nexttick
  readonly #onTimer = (id: number): void => {
    setImmediate(this.#expire, id)
  }

  readonly #expire = (id: number): void => {
    const pending = this.#take(id)
    if (pending === undefined) return
    const { target, event, call } = pending
    pending.reject(
      new IpemError('ERR_IPEM_TIMEOUT', `${target.to} did not answer "${event}" within ${call.timeoutMs} ms`, {
        pid: target.to,
        event,
        timeout: call.timeoutMs,
      }),
    )
    this.#sendCancel(target, id)
  }

  /** The one place where a request ends: removes everything it holds. Undefined when another end was first. */
  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    if (pending === undefined) return undefined
    this.#pending.delete(id)
    this.#unindex(pending.target, id)
    clearTimeout(pending.timer)
    const { signal } = pending.call
    if (signal !== undefined) this.#signals.remove(signal, id)
    this.#goneWatch.release()
    return pending
  }

  #index(target: RequestTarget, id: number): void {
    addTo(this.#byPid, target.to, id)
    if (target.route !== undefined) for (const pid of target.route) addTo(this.#byPid, pid, id)
  }

  #unindex(target: RequestTarget, id: number): void {
    removeFrom(this.#byPid, target.to, id)
    if (target.route !== undefined) for (const pid of target.route) removeFrom(this.#byPid, pid, id)
  }

  #sendCancel(target: RequestTarget, id: number): void {
    try {
      this.#port.sendCancel(target, id)
    } catch (error) {
      // Out of reach or closing: the handler then learns it by this process leaving.
      if (!(error instanceof IpemError)) throw error
    }
  }
}

function aborted(target: RequestTarget, event: string, reason: unknown): IpemError {
  return new IpemError('ERR_IPEM_ABORTED', `The request "${event}" to ${target.to} was aborted`, {
    pid: target.to,
    event,
    cause: reason,
  })
}

function addTo(index: Map<string, Set<number>>, pid: string, id: number): void {
  const ids = index.get(pid)
  if (ids === undefined) index.set(pid, new Set([id]))
  else ids.add(id)
}

function removeFrom(index: Map<string, Set<number>>, pid: string, id: number): void {
  const ids = index.get(pid)
  if (ids?.delete(id) && ids.size === 0) index.delete(pid)
}
