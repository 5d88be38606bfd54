// The body of an answer: made by the process that was asked, read by the one that asked.
// Values and errors survive the way by the payload codec; this file decides what is in the body and what it means.

import { types } from 'node:util'
import { ERROR_CODES, IpemError, type IpemErrorCode } from '../errors.js'

/** What the handler returned, what it threw, or why ipem itself cannot answer. */
export type AnswerBody =
  | readonly [kind: 0, value: unknown]
  | readonly [kind: 1, thrown: unknown]
  | readonly [kind: 2, code: IpemErrorCode, message: string]

/**
 * The error a request rejects with when the handler threw or rejected: the handler's error, with its `name`,
 * `message`, `cause`, own fields and the stack of the process it was thrown in.
 */
export interface RemoteError extends Error {
  /** The error's own code, else `ERR_IPEM_REMOTE`. With a code of ipem's it is still the handler's: see `remotePid`. */
  readonly code: unknown
  /** pid of the process whose handler failed. Errors of a request that have none were made here. */
  readonly remotePid: string
  /** The stack over there, the same as `stack`. Not enumerable, so that it is not printed twice. */
  readonly remoteStack: string
}

export function valueBody(value: unknown): AnswerBody {
  return [0, value]
}

export function thrownBody(thrown: unknown): AnswerBody {
  return [1, thrown]
}

export function failureBody(code: IpemErrorCode, message: string): AnswerBody {
  return [2, code, message]
}

/**
 * What is sent when `body` could not be, from good to sufficient: the caller is never left without an answer, and an
 * error that matters is not hidden behind the one that it cannot travel.
 */
export function substituteBodies(body: AnswerBody, event: string, cause: unknown): AnswerBody[] {
  const code = cause instanceof IpemError ? cause.code : 'ERR_IPEM_UNSERIALIZABLE'
  const failure = failureBody(code, `The answer to "${event}" cannot be sent: ${textOf(cause)}`)
  const essence = body[0] === 1 ? essenceOf(body[1]) : undefined
  return essence === undefined ? [failure] : [thrownBody(essence), failure]
}

/** Calls exactly one of the two with what the body says. `pid` is the process that answered. */
export function readAnswer(
  body: readonly unknown[],
  pid: string,
  event: string,
  resolve: (value: unknown) => void,
  reject: (error: Error) => void,
): void {
  if (body.length === 2 && body[0] === 0) resolve(body[1])
  else reject(readError(body, pid, event))
}

function readError(body: readonly unknown[], pid: string, event: string): Error {
  const [kind, content, message] = body
  if (kind === 1 && body.length === 2) return remoteError(content, pid, event)
  if (kind === 2 && body.length === 3 && typeof message === 'string' && isCode(content)) {
    return new IpemError(content, message, { pid, event })
  }
  return new IpemError('ERR_IPEM_PROTOCOL', `The answer of ${pid} to "${event}" is malformed`, { pid, event })
}

function remoteError(thrown: unknown, remotePid: string, event: string): Error {
  if (isError(thrown) && annotate(thrown, remotePid)) return thrown
  return new IpemError('ERR_IPEM_REMOTE', `The handler of "${event}" in ${remotePid} failed`, {
    cause: thrown,
    pid: remotePid,
    event,
    remotePid,
  })
}

/** False when the error does not let itself be extended: a process that asks itself may get a frozen one. */
function annotate(error: Error & { code?: unknown }, remotePid: string): error is RemoteError {
  const define = (name: keyof RemoteError, value: unknown, enumerable: boolean) =>
    Reflect.defineProperty(error, name, { value, enumerable, writable: true, configurable: true })
  return (
    define('remotePid', remotePid, true) &&
    define('remoteStack', error.stack ?? '', false) &&
    ((error.code !== undefined && error.code !== null) || define('code', 'ERR_IPEM_REMOTE', true))
  )
}

/** The parts of an error that can always travel. Undefined for what is no Error, or throws when it is looked at. */
function essenceOf(thrown: unknown): Error | undefined {
  try {
    if (!isError(thrown)) return undefined
    const { name, message, stack, code } = thrown as Error & { code?: unknown }
    const essence = new Error(String(message))
    essence.name = String(name)
    essence.stack = String(stack)
    return typeof code === 'string' || typeof code === 'number' ? Object.assign(essence, { code }) : essence
  } catch {
    return undefined
  }
}

function textOf(cause: unknown): string {
  try {
    return cause instanceof Error ? cause.message : String(cause)
  } catch {
    return 'it throws when it is read'
  }
}

// A handler may throw an Error of another realm (vm, jest), which is no instance of ours.
function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value)
}

function isCode(value: unknown): value is IpemErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERROR_CODES, value)
}
