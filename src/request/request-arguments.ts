// What stands behind the event name in `request(target, event, ...args, options?)`: arguments or options.

import { inspect } from 'node:util'
import { IpemError } from '../errors.js'

/** Longest delay of a Node timer in milliseconds; a longer one would fire at once. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1

/**
 * The options of a request, after its arguments.
 *
 * The last argument is taken for options exactly when it is a plain object with at least one key and no other keys
 * than these. To send such an object as data, put options behind it; `{ signal: undefined }` is enough.
 */
export interface RequestOptions {
  /**
   * Milliseconds until the request ends with `ERR_IPEM_TIMEOUT`: 0 to 2,147,483,647 or Infinity. 0 and Infinity: never.
   *
   * @default the option `requestTimeout` of this ipem
   */
  readonly timeout?: number | undefined
  /** Ends the request with `ERR_IPEM_ABORTED`; its reason is the `cause`. */
  readonly signal?: AbortSignal | undefined
}

/** The arguments and the options of one request, told apart and checked. */
export interface RequestCall {
  readonly args: readonly unknown[]
  /** Milliseconds; 0: no timeout. */
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

/**
 * Tells the options from the arguments, see {@link RequestOptions}.
 *
 * @throws ERR_IPEM_INVALID_ARG the last argument is options with a wrong value
 */
export function parseRequestArguments(rest: readonly unknown[], defaultTimeoutMs: number): RequestCall {
  const last = rest.at(-1)
  if (!isRequestOptions(last)) {
    return { args: rest, timeoutMs: timerDelay(defaultTimeoutMs), signal: undefined }
  }
  const { timeout = defaultTimeoutMs, signal } = last
  checkTimeout(timeout)
  checkSignal(signal)
  return { args: rest.slice(0, -1), timeoutMs: timerDelay(timeout), signal }
}

function isRequestOptions(value: unknown): value is RequestOptions {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  // An object literal of another realm (vm, jest) has an Object.prototype of its own, which has none above it.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return false
  const keys = Reflect.ownKeys(value)
  return keys.length > 0 && keys.every((key) => key === 'timeout' || key === 'signal')
}

function timerDelay(timeout: number): number {
  return timeout === Infinity ? 0 : timeout
}

function checkTimeout(timeout: unknown): asserts timeout is number {
  if (typeof timeout === 'number' && timeout >= 0 && (timeout <= MAX_TIMEOUT_MS || timeout === Infinity)) return
  throw new IpemError(
    'ERR_IPEM_INVALID_ARG',
    `Expected \`timeout\` to be 0 to ${MAX_TIMEOUT_MS} milliseconds or Infinity, got ${show(timeout)}`,
    { argument: 'timeout', value: timeout },
  )
}

// By shape and not by class: signals of another realm and of polyfills are as good.
function checkSignal(signal: unknown): asserts signal is AbortSignal | undefined {
  if (signal === undefined) return
  if (typeof signal === 'object' && signal !== null && 'aborted' in signal && 'addEventListener' in signal) return
  throw new IpemError('ERR_IPEM_INVALID_ARG', `Expected \`signal\` to be an AbortSignal, got ${show(signal)}`, {
    argument: 'signal',
    value: signal,
  })
}

function show(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Infinity, maxStringLength: 100 })
}
