// Why a value cannot travel, and where it is: the place is put together while the walk is left, so that a walk that
// finds nothing pays nothing for it.

import { IpemError } from '../errors.js'

/** A path longer than this is cut in the middle. */
const MAX_PATH = 300

/** A key longer than this is cut. */
const MAX_KEY = 60

/** Thrown through the walk; never leaves the payload. */
export class Refusal {
  readonly #got: string
  readonly #cause: unknown
  /** Innermost first. */
  readonly #steps: string[] = []

  constructor(got: string, cause?: unknown) {
    this.#got = got
    this.#cause = cause
  }

  at(step: string): this {
    this.#steps.push(step)
    return this
  }

  toError(): IpemError {
    const full = `args${this.#steps.reverse().join('')}`
    const path = full.length <= MAX_PATH ? full : `${full.slice(0, MAX_PATH / 2)}…${full.slice(-MAX_PATH / 2)}`
    return new IpemError('ERR_IPEM_UNSERIALIZABLE', `Expected ${path} to be data that can travel, got ${this.#got}`, {
      path,
      got: this.#got,
      ...(this.#cause === undefined ? {} : { cause: this.#cause }),
    })
  }
}

/** What to throw on for an error that came from the value at `step`: it may also be a getter of the user that throws. */
export function located(error: unknown, step: string): unknown {
  if (isTooLarge(error)) return error
  return (error instanceof Refusal ? error : new Refusal('something that throws when it is read', error)).at(step)
}

export function isTooLarge(error: unknown): boolean {
  return error instanceof IpemError && error.code === 'ERR_IPEM_TOO_LARGE'
}

export function propertyStep(key: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) && key.length <= MAX_KEY ? `.${key}` : `[${quoted(key)}]`
}

/** The value of a Map, or with `index` what stands as a key there. */
export function entryStep(key: unknown, index: number): string {
  switch (typeof key) {
    case 'string':
      return `.get(${quoted(key)})`
    case 'number':
    case 'bigint':
    case 'boolean':
    case 'undefined':
      return `.get(${String(key)})`
    default:
      return `.get(${key === null ? 'null' : `<key ${index}>`})`
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.length <= MAX_KEY ? text : `${text.slice(0, MAX_KEY)}…`)
}
