// The one place for failures that have no caller: `error` events, exceptions and warnings.

import type { IpemError } from '../errors.js'

/** Emits an `error` event; answers whether anybody listened. */
export type EmitError = (error: IpemError) => boolean

/** So many different warnings are remembered; then the oldest may be told again. */
const MAX_WARNED = 1000

export class Faults {
  readonly #emit: EmitError
  readonly #warned = new Set<string>()

  constructor(emit: EmitError) {
    this.#emit = emit
  }

  /** A fault of this process: without a listener it is thrown, as in Node. */
  fault(error: IpemError): void {
    process.nextTick(() => {
      if (!this.#emit(error)) throw error
    })
  }

  /** Something was lost or refused that harms nobody else: without a listener one warning for each code and target. */
  loss(error: IpemError): void {
    process.nextTick(() => {
      if (!this.#emit(error)) this.#warn(error)
    })
  }

  warning(text: string, code: string): void {
    process.emitWarning(text, { type: 'IpemWarning', code })
  }

  #warn(error: IpemError): void {
    const key = `${error.code} ${String(error.to ?? error.pid ?? error.event ?? '')}`
    if (this.#warned.has(key)) return
    if (this.#warned.size >= MAX_WARNED) this.#warned.clear()
    this.#warned.add(key)
    this.warning(error.message, error.code)
  }
}
