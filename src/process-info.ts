// What is said of a process: its pid, where and how it runs, and why it went. Types and their checks only.

/** How a process came into the tree. */
export type ProcessRole = 'grandmaster' | 'fork' | 'worker' | 'adopted' | 'socket'

/** All roles, for checks. */
export const PROCESS_ROLES: ReadonlySet<string> = new Set<ProcessRole>([
  'grandmaster',
  'fork',
  'worker',
  'adopted',
  'socket',
])

/** What is known of one process. */
export interface ProcessInfo {
  /** `<OS pid>-<10 of 0-9A-Za-z>`, unique over hosts and restarts. */
  readonly pid: string
  readonly osPid: number
  readonly host: string
  readonly role: ProcessRole
  readonly title: string
}

/** A process and what is below it. */
export interface TreeNode extends ProcessInfo {
  readonly children: readonly TreeNode[]
}

/** Why a process is gone: the second argument of an `offline` listener. */
export interface OfflineInfo {
  /** Exit code, where the reporter forked the process and it ended by itself. */
  readonly code: number | null
  /** The signal that ended it, where the reporter forked the process. */
  readonly signal: string | null
  /** `exit`, `disconnect`, `parent` (its parent went), `timeout`, `protocol`, `error` or `closed`. */
  readonly reason: string
}

const PID = /^[0-9]{1,10}-[0-9A-Za-z]{10}$/

export function isPid(value: unknown): value is string {
  return typeof value === 'string' && PID.test(value)
}
