// Which function answers which request: one for each event. Outlives nothing, can be filled before the start.

import { inspect } from 'node:util'
import { IpemError } from '../errors.js'
import type { RequestMessage } from './handled-request.js'

/** Answers requests: what it returns, or what the promise it returns resolves to, is the answer. */
// biome-ignore lint/suspicious/noExplicitAny: who writes a handler declares its parameters, as for a listener
export type RequestHandler = (this: RequestMessage, ...args: any[]) => unknown

export class HandlerTable {
  readonly #handlers = new Map<string, RequestHandler>()

  get(event: string): RequestHandler | undefined {
    return this.#handlers.get(event)
  }

  /** @throws ERR_IPEM_HANDLER_EXISTS, ERR_IPEM_INVALID_ARG */
  add(event: string, handler: RequestHandler): void {
    if (typeof event !== 'string' || event === '') {
      throw new IpemError('ERR_IPEM_INVALID_ARG', `Expected an event name, got ${inspect(event, { depth: 0 })}`, {
        argument: 'event',
        value: event,
      })
    }
    if (typeof handler !== 'function') {
      throw new IpemError(
        'ERR_IPEM_INVALID_ARG',
        `Expected the handler of "${event}" to be a function, got ${inspect(handler, { depth: 0 })}`,
        { argument: 'handler', value: handler },
      )
    }
    if (this.#handlers.has(event)) {
      throw new IpemError('ERR_IPEM_HANDLER_EXISTS', `"${event}" has a handler already`, { event })
    }
    this.#handlers.set(event, handler)
  }

  /** Whether there was one. */
  remove(event: string): boolean {
    return this.#handlers.delete(event)
  }
}
