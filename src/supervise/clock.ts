// Time as the supervision sees it, so that tests can replay it. No decisions.

/** A pending timer. */
export interface ClockTimer {
  ref(): unknown
  unref(): unknown
}

export interface Clock {
  /** Milliseconds, monotonic: a changed wall clock must not restart, kill or forgive anybody. */
  now(): number
  setTimeout(callback: () => void, delayMs: number): ClockTimer
  clearTimeout(timer: ClockTimer): void
}

export const systemClock: Clock = Object.freeze({
  now: () => performance.now(),
  setTimeout: (callback: () => void, delayMs: number) => setTimeout(callback, delayMs),
  clearTimeout: (timer: ClockTimer) => clearTimeout(timer as NodeJS.Timeout),
})
