// What goes wrong with a child, as errors. Who is told is decided elsewhere.

import { IpemError } from '../errors.js'
import type { ChildExit } from './child-exit.js'

/** For `Child.online`: it ended for good, and this is how its last process did. */
export function exitedError({ code, signal }: ChildExit, cause?: Error): IpemError {
  const how = signal ? `was killed by ${signal}` : code === null ? 'did not start' : `exited with code ${code}`
  // `code` is the code of the error itself.
  const fields = { exitCode: code, signal, ...(cause && { cause }) }
  return new IpemError('ERR_IPEM_CHILD_EXITED', `The child ${how} before it was online`, fields)
}

export function gaveUpError({ code, signal }: ChildExit, restarts: number): IpemError {
  const message = `A child crashed too often and stays down, it was restarted ${times(restarts)}`
  return new IpemError('ERR_IPEM_GAVE_UP', message, { restarts, exitCode: code, signal })
}

export function spawnError(cause: Error): IpemError {
  return new IpemError('ERR_IPEM_SPAWN', `A child process could not be started: ${cause.message}`, { cause })
}

/** What a call that should have started a process threw. Node's own complaints about arguments are the caller's fault. */
export function startError(error: unknown): IpemError {
  if (error instanceof IpemError) return error
  const cause = error as NodeJS.ErrnoException
  if (!cause.code?.startsWith('ERR_')) return spawnError(cause)
  return new IpemError('ERR_IPEM_INVALID_ARG', cause.message, { cause })
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
