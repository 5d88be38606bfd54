// Whether a process that ended is started again, and when: a pure function over durations and timestamps.
// No timers, no processes, no clock; whoever calls it keeps the state and does what it decided.

/**
 * When a child is restarted, in the words of OTP's supervisor: `permanent` always, `transient` after a crash only
 * (an exit code other than 0, or a signal), `temporary` never.
 */
export type RestartMode = 'permanent' | 'transient' | 'temporary'

/** Giving up: after more than `restarts` restarts within `periodMs` the child stays down. */
export interface RestartIntensity {
  readonly restarts: number
  readonly periodMs: number
}

export interface RestartPolicy {
  readonly mode: RestartMode
  /** The first delay. Later ones double, from at least {@link MIN_BACKOFF_MS}. */
  readonly delayMs: number
  /** The longest delay before jitter; a longer `delayMs` wins. */
  readonly maxDelayMs: number
  /** So long online, and the next delay is the first one again. */
  readonly healthyAfterMs: number
  readonly intensity?: RestartIntensity | null
}

/** What is remembered from one end to the next. */
export interface RestartState {
  /** The delay before the present process without its jitter, null for a first or healthy one. */
  readonly lastDelayMs: number | null
  /** When it was restarted, oldest first; only within the period of `intensity`. */
  readonly restartedAt: readonly number[]
}

export const INITIAL_RESTART_STATE: RestartState = Object.freeze({ lastDelayMs: null, restartedAt: Object.freeze([]) })

/** How a process ended. */
export interface ProcessEnd {
  /** Now, in milliseconds of a monotonic clock. */
  readonly at: number
  /** Since it was spawned. */
  readonly aliveMs: number
  /** How long it was online, null if it never was. */
  readonly onlineMs: number | null
  readonly code: number | null
  readonly signal: string | null
  /** Somebody asked for it: `stop()`, or a cluster worker's own disconnect. */
  readonly intentional: boolean
  /** It did not start at all: the code of the error, and whether this was the child's first process. */
  readonly notStarted?: { readonly errno: string | undefined; readonly first: boolean } | null
}

export type RestartDecision =
  | {
      readonly action: 'restart'
      readonly delayMs: number
      /** It was healthy before it ended; else it is likely to crash again. */
      readonly healthy: boolean
      readonly state: RestartState
    }
  | { readonly action: 'end' | 'give-up' }

/** The shortest delay from the second restart in a row on: no options make a hot loop. */
export const MIN_BACKOFF_MS = 100

/** The longest delay of a timer of Node; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

const MAX_JITTER = 0.2

/**
 * A script that never speaks ipem is never online, so it counts as healthy by its age. The age is much larger than
 * `healthyAfterMs`: when a hundred children crash at once the machine is busy, each takes seconds to crash, and
 * taking that for health would keep the storm alive.
 */
const SILENT_FACTOR = 10

/** Lack of resources passes; anything else is wrong in the call itself and stays so. */
const PASSING_ERRNOS: ReadonlySet<string | undefined> = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM'])

const END = Object.freeze({ action: 'end' } as const)
const GIVE_UP = Object.freeze({ action: 'give-up' } as const)

/**
 * @param random from 0 up to, not including, 1; chooses the jitter of 0–20 %
 */
export function decideRestart(
  policy: RestartPolicy,
  state: RestartState,
  end: ProcessEnd,
  random: number,
): RestartDecision {
  if (end.intentional || policy.mode === 'temporary') return END
  if (end.notStarted) {
    // As in OTP: what never started once is a mistake to report, not a crash to recover from.
    if (end.notStarted.first && !PASSING_ERRNOS.has(end.notStarted.errno)) return END
  } else if (policy.mode === 'transient' && end.code === 0 && end.signal === null) return END

  const restartedAt = recentRestarts(policy, state, end.at)
  if (policy.intensity && restartedAt.length > policy.intensity.restarts) return GIVE_UP

  const healthy = wasHealthy(policy, end)
  const lastDelayMs = nextDelay(policy, healthy ? null : state.lastDelayMs)
  // Only added: a restart is never earlier than the options say. Spread, or a crashed crowd comes back as one.
  const delayMs = Math.min(Math.round(lastDelayMs * (1 + MAX_JITTER * random)), MAX_TIMER_MS)
  return { action: 'restart', delayMs, healthy, state: { lastDelayMs, restartedAt } }
}

function nextDelay(policy: RestartPolicy, lastDelayMs: number | null): number {
  if (lastDelayMs === null) return policy.delayMs
  const cap = Math.max(policy.maxDelayMs, policy.delayMs, MIN_BACKOFF_MS)
  return Math.min(Math.max(lastDelayMs * 2, MIN_BACKOFF_MS), cap)
}

function wasHealthy(policy: RestartPolicy, end: ProcessEnd): boolean {
  if (end.onlineMs !== null) return end.onlineMs >= policy.healthyAfterMs
  return !end.notStarted && end.aliveMs >= policy.healthyAfterMs * SILENT_FACTOR
}

/** The restarts within the period up to now, this one included. At most `restarts + 1` of them are ever kept. */
function recentRestarts(policy: RestartPolicy, state: RestartState, now: number): readonly number[] {
  const { intensity } = policy
  if (!intensity) return INITIAL_RESTART_STATE.restartedAt
  return [...state.restartedAt.filter((at) => now - at <= intensity.periodMs), now]
}
