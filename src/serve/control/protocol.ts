// What is said between a master and those who control it: one request, and the orders it may carry. Pure.

import { IpemError } from '../../index.js'

/** The request by which a master is given an order. */
export const CONTROL = 'ipem-serve.control'

/** The name by which masters and those who control them know each other: no application joins by mistake. */
export const CONTROL_NAME = 'ipem-serve'

export const MAX_WORKERS = 1024

export type ControlOrder =
  /** Answered with a `ServerStatus`. */
  | { readonly order: 'status' }
  /** Answered when all workers have the new code; else with the reason. */
  | { readonly order: 'reload' }
  /** Answered when the workers that are wanted serve; else with the reason. */
  | { readonly order: 'scale'; readonly workers: number }
  /** Answered at once, as are those below. */
  | { readonly order: 'stop'; readonly quick: boolean }
  | { readonly order: 'reopenLogs' }
  | { readonly order: 'upgrade' }

/**
 * An order as it came from another process, of another version perhaps.
 *
 * @throws ERR_IPEM_INVALID_ARG it is none
 */
export function readOrder(given: unknown): ControlOrder {
  const { order, workers, quick } = (given ?? {}) as Record<string, unknown>
  switch (order) {
    case 'status':
    case 'reload':
    case 'reopenLogs':
    case 'upgrade':
      return { order }
    case 'scale':
      return { order, workers: checkWorkers(workers) }
    case 'stop':
      return { order, quick: quick === true }
    default:
      throw invalid('order', 'one that this version of ipem knows', order)
  }
}

/** @throws ERR_IPEM_INVALID_ARG */
export function checkWorkers(workers: unknown): number {
  if (Number.isInteger(workers) && (workers as number) >= 0 && (workers as number) <= MAX_WORKERS) {
    return workers as number
  }
  throw invalid('workers', `an integer 0–${MAX_WORKERS}`, workers)
}

function invalid(argument: string, expected: string, value: unknown): IpemError {
  const message = `Expected \`${argument}\` to be ${expected}, got ${JSON.stringify(value)}`
  return new IpemError('ERR_IPEM_INVALID_ARG', message, { argument, value })
}
