/** A pending timer. */
export interface ClockTimer {
    ref(): unknown;
    unref(): unknown;
}
export interface Clock {
    /** Milliseconds, monotonic: a changed wall clock must not restart, kill or forgive anybody. */
    now(): number;
    setTimeout(callback: () => void, delayMs: number): ClockTimer;
    clearTimeout(timer: ClockTimer): void;
}
export declare const systemClock: Clock;
