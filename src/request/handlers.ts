// The answering side: one handler for each event, and the requests that are being handled.
// Every request that comes in gets exactly one answer, unless its caller does not wait any more.

import { IpemError } from '../errors.js'
import type { Message } from '../message.js'
import { type AnswerBody, failureBody, substituteBodies, thrownBody, valueBody } from './answer.js'
import type { GoneWatch } from './gone-watch.js'
import { HandledRequest, HandlerContext } from './handled-request.js'
import type { HandlerTable, RequestHandler } from './handler-table.js'
import type { RequestPort } from './port.js'

export class Handlers {
  readonly #port: RequestPort
  readonly #goneWatch: GoneWatch
  readonly #max: number
  readonly #handlers: HandlerTable
  /** By the caller's pid, then by its request id. */
  readonly #handled = new Map<string, Map<number, HandledRequest>>()
  #size = 0
  #closed = false

  constructor(port: RequestPort, handlers: HandlerTable, goneWatch: GoneWatch, maxPendingRequests: number) {
    this.#port = port
    this.#handlers = handlers
    this.#goneWatch = goneWatch
    this.#max = maxPendingRequests
  }

  get size(): number {
    return this.#size
  }

  /** Whose requests are being handled. */
  get callers(): string[] {
    return [...this.#handled.keys()]
  }

  /** Calls the handler before it returns. */
  onRequest(message: Message, id: number): void {
    if (this.#closed) return
    const { event } = message
    const handler = this.#handlers.get(event)
    if (handler === undefined) {
      this.#answer(message, id, failureBody('ERR_IPEM_NO_HANDLER', `There is no handler for "${event}"`))
    } else if (this.#size >= this.#max) {
      this.#answer(message, id, failureBody('ERR_IPEM_TOO_MANY', `${this.#max} requests are being handled already`))
    } else {
      const request = this.#add(message, id)
      if (request !== undefined) this.#call(handler, request)
    }
  }

  onUnreadable(message: Message, id: number, error: IpemError): void {
    if (!this.#closed) this.#answer(message, id, failureBody(error.code, error.message))
  }

  onCancel(fromPid: string, id: number): void {
    const request = this.#handled.get(fromPid)?.get(id)
    if (request === undefined) return
    const { event } = request.message
    const text = `${fromPid} does not wait for the answer to "${event}" any more`
    this.#abandon(request, () => new IpemError('ERR_IPEM_ABORTED', text, { pid: fromPid, event }))
  }

  onGone(pid: string): void {
    const requests = this.#handled.get(pid)
    if (requests === undefined) return
    for (const request of [...requests.values()]) {
      const { event } = request.message
      const text = `${pid}, which asked for "${event}", left`
      this.#abandon(request, () => new IpemError('ERR_IPEM_GONE', text, { pid, event }))
    }
  }

  close(error: Error): void {
    this.#closed = true
    for (const requests of [...this.#handled.values()]) {
      for (const request of [...requests.values()]) this.#abandon(request, () => error)
    }
  }

  #call(handler: RequestHandler, request: HandledRequest): void {
    let result: unknown
    let promised = false
    try {
      result = handler.apply(new HandlerContext(request), request.message.args as unknown[])
      promised = isThenable(result)
    } catch (error) {
      this.#finish(request, thrownBody(error))
      return
    }
    if (!promised) {
      this.#finish(request, valueBody(result))
      return
    }
    // Only now the caller can leave meanwhile; a handler that answers at once costs the tree nothing.
    if (request.open) {
      request.watching = true
      this.#goneWatch.retain()
    }
    Promise.resolve(result).then(
      (value) => this.#finish(request, valueBody(value)),
      (error) => this.#finish(request, thrownBody(error)),
    )
  }

  #finish(request: HandledRequest, body: AnswerBody): void {
    if (this.#remove(request)) this.#answer(request.message, request.id, body)
  }

  #abandon(request: HandledRequest, reason: () => Error): void {
    if (this.#remove(request)) request.abort(reason)
  }

  /** Sends `body`, or what can be sent in its place. */
  #answer({ pids, event }: Message, id: number, body: AnswerBody): void {
    try {
      this.#port.sendAnswer(pids, id, body)
    } catch (error) {
      for (const substitute of substituteBodies(body, event, error)) {
        try {
          this.#port.sendAnswer(pids, id, substitute)
          return
        } catch (refusal) {
          // Not the content then: the way back is closed, and the caller learns it at its own end of that way.
          if (!(refusal instanceof IpemError)) throw refusal
        }
      }
    }
  }

  /** Undefined when the caller has this request here already: whoever sends it twice is not answered twice. */
  #add(message: Message, id: number): HandledRequest | undefined {
    const requests = this.#handled.get(message.from)
    if (requests?.has(id)) return undefined
    const request = new HandledRequest(message, id)
    if (requests === undefined) this.#handled.set(message.from, new Map([[id, request]]))
    else requests.set(id, request)
    this.#size++
    return request
  }

  /** The one place where handling ends. False when another end was first. */
  #remove(request: HandledRequest): boolean {
    if (!request.open) return false
    request.open = false
    const { from } = request.message
    const requests = this.#handled.get(from)
    requests?.delete(request.id)
    if (requests?.size === 0) this.#handled.delete(from)
    this.#size--
    if (request.watching) this.#goneWatch.release()
    return true
  }
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
