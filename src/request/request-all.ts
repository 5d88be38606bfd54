// One request to many processes, as an async iterator of rows in the order in which they arrive.
// Written by hand and not as a generator, because a generator's return() waits for a next() that is under way.

import { addAbortListener } from 'node:events'
import { IpemError } from '../errors.js'
import type { PendingRequests } from './pending-requests.js'
import type { RequestCall, RequestOptions } from './request-arguments.js'

/** What one process answered, or why it did not. Exactly one of `value` and `error` is an own property. */
export type RequestRow<T = unknown> =
  | { readonly pid: string; readonly value: T; readonly error?: undefined }
  | { readonly pid: string; readonly error: Error; readonly value?: undefined }

/** Who is asked: pids, or where to get them from. The function is called when iteration starts. */
export type RequestMembers =
  | PromiseLike<readonly string[]>
  | ((options: RequestOptions) => PromiseLike<readonly string[]> | readonly string[])

interface Waiter<T> {
  resolve(result: IteratorResult<RequestRow<T>, undefined>): void
  reject(error: unknown): void
}

export class RequestAll<T> implements AsyncIterableIterator<RequestRow<T>, undefined>, AsyncDisposable {
  readonly #pending: PendingRequests
  readonly #source: RequestMembers
  readonly #event: string
  readonly #call: RequestCall
  #started = false
  readonly #givenUp = new AbortController()
  #ended = false
  #members: readonly string[] = []
  /** How many of the members were asked. */
  #asked = 0
  /** True while asking: rows that end at once are then counted by the loop, not by another one inside it. */
  #asking = false
  #inFlight = 0
  readonly #ids = new Set<number>()
  /** Rows that were not taken yet, from `#taken` on: `shift()` on a long array would copy it each time. */
  #rows: (RequestRow<T> | undefined)[] = []
  #taken = 0
  readonly #waiters: Waiter<T>[] = []
  #failure: { readonly error: unknown } | undefined
  #abortListener: Disposable | undefined

  constructor(pending: PendingRequests, members: RequestMembers, event: string, call: RequestCall) {
    this.#pending = pending
    this.#source = members
    this.#event = event
    this.#call = call
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<RequestRow<T>, undefined>> {
    if (!this.#started) this.#start()
    const row = this.#takeRow()
    if (row !== undefined) return Promise.resolve({ done: false, value: row })
    if (this.#failure !== undefined) {
      const { error } = this.#failure
      this.#failure = undefined
      return Promise.reject(error)
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }))
  }

  /** Cancels what is pending, drops the rows that were not taken. Called by `break`, `return` and `throw` in a loop. */
  return(): Promise<IteratorResult<RequestRow<T>, undefined>> {
    this.#started = true
    this.#dropRows()
    this.#failure = undefined
    this.#end()
    for (const id of this.#ids) this.#pending.abort(id, undefined)
    return Promise.resolve({ done: true, value: undefined })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  #start(): void {
    this.#started = true
    const { signal } = this.#call
    // Later each row has its own end by the signal; until the members are known there is no row to say it.
    const onAbort = () =>
      this.#fail(
        new IpemError('ERR_IPEM_ABORTED', `"${this.#event}" was aborted`, {
          event: this.#event,
          cause: signal?.reason,
        }),
      )
    if (signal?.aborted) {
      onAbort()
      return
    }
    if (signal !== undefined) this.#abortListener = addAbortListener(signal, onAbort)
    this.#findMembers().then(
      (members) => this.#askAll(members),
      (error) => this.#fail(error),
    )
  }

  async #findMembers(): Promise<readonly string[]> {
    if (typeof this.#source !== 'function') return this.#source
    // Whoever knows them is asked under the same terms, and not waited for longer than the iteration lasts.
    return this.#source({ timeout: this.#call.timeoutMs, signal: this.#givenUp.signal })
  }

  #askAll(members: readonly string[]): void {
    if (this.#ended) return
    this.#abortListener?.[Symbol.dispose]()
    this.#abortListener = undefined
    this.#members = members
    this.#askMore()
  }

  /** Asks as many as may be pending; the others follow as rows end. */
  #askMore(): void {
    const { length } = this.#members
    this.#asking = true
    // With none of ours under way nothing would start the rest: then the limit is the answer to this member.
    while (!this.#ended && this.#asked < length && (this.#pending.free > 0 || this.#inFlight === 0)) {
      this.#ask(this.#members[this.#asked++] as string)
    }
    this.#asking = false
    if (this.#asked === length && this.#inFlight === 0) this.#end()
  }

  #ask(pid: string): void {
    let open = true
    let id = 0
    const end = (row: RequestRow<T>) => {
      open = false
      this.#ids.delete(id)
      this.#inFlight--
      this.#push(row)
      if (!this.#asking && !this.#ended) this.#askMore()
    }
    this.#inFlight++
    id = this.#pending.start(
      { to: pid },
      this.#event,
      this.#call,
      (value) => end({ pid, value: value as T }),
      (error) => end({ pid, error }),
    )
    if (open) this.#ids.add(id)
  }

  #takeRow(): RequestRow<T> | undefined {
    const row = this.#rows[this.#taken]
    if (row === undefined) return undefined
    this.#rows[this.#taken++] = undefined
    if (this.#taken === this.#rows.length) this.#dropRows()
    return row
  }

  #dropRows(): void {
    this.#rows = []
    this.#taken = 0
  }

  #push(row: RequestRow<T>): void {
    if (this.#ended) return
    const waiter = this.#waiters.shift()
    if (waiter === undefined) this.#rows.push(row)
    else waiter.resolve({ done: false, value: row })
  }

  #fail(error: unknown): void {
    if (this.#ended) return
    const waiter = this.#waiters.shift()
    if (waiter === undefined) this.#failure = { error }
    else waiter.reject(error)
    this.#end()
  }

  /** No row comes any more. */
  #end(): void {
    this.#givenUp.abort()
    this.#ended = true
    this.#abortListener?.[Symbol.dispose]()
    this.#abortListener = undefined
    for (const waiter of this.#waiters.splice(0)) waiter.resolve({ done: true, value: undefined })
  }
}
