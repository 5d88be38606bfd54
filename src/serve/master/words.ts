// How the log says what has happened. Pure.

import type { WorkerExit } from '../config/config-types.js'

export function describeExit({ pid, code, signal }: WorkerExit): string {
  if (pid === undefined) return 'could not be started'
  if (signal === 'SIGKILL') return 'ended by SIGKILL, perhaps because memory ran out'
  return signal === null ? `ended with code ${code}` : `ended by ${signal}`
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

export function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`
}
