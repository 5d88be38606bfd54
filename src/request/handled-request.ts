// One request that is being handled: what its handler sees as `this`, and how its signal is aborted.

import type { Message } from '../message.js'

/** The `this` of a request handler: the message, and a signal for when nobody waits any more. */
export interface RequestMessage extends Message {
  /**
   * Aborted when the caller has left, has cancelled or has waited long enough; its reason is an IpemError
   * (`ERR_IPEM_GONE`, `ERR_IPEM_ABORTED`, `ERR_IPEM_CLOSED`). Never aborted once the answer is given. Made when first
   * read.
   */
  readonly signal: AbortSignal
}

/** The bookkeeping of a request between its arrival and its answer. */
export class HandledRequest {
  readonly message: Message
  readonly id: number
  /** True while the answer is due. */
  open = true
  /** True while it counts among those who need to hear of processes that leave. */
  watching = false
  #controller: AbortController | undefined
  #abortReason: (() => Error) | undefined

  constructor(message: Message, id: number) {
    this.message = message
    this.id = id
  }

  // Most handlers never look at it, and an AbortController costs more than all the rest here.
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason())
    }
    return this.#controller.signal
  }

  /** `reason` is called only for a signal that somebody reads: most of an Error's cost is its stack. */
  abort(reason: () => Error): void {
    this.#abortReason = reason
    this.#controller?.abort(reason())
  }
}

/** What the handler gets as `this`. A copy, so that the message other listeners may hold has no signal. */
export class HandlerContext implements RequestMessage {
  readonly from: string
  readonly pids: readonly string[]
  declare readonly to?: string
  declare readonly route?: readonly string[]
  readonly type: Message['type']
  readonly event: string
  readonly args: readonly unknown[]
  readonly #request: HandledRequest

  constructor(request: HandledRequest) {
    const { message } = request
    this.from = message.from
    this.pids = message.pids
    if (message.to !== undefined) this.to = message.to
    if (message.route !== undefined) this.route = message.route
    this.type = message.type
    this.event = message.event
    this.args = message.args
    this.#request = request
  }

  get signal(): AbortSignal {
    return this.#request.signal
  }
}
