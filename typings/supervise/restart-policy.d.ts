/**
 * When a child is restarted, in the words of OTP's supervisor: `permanent` always, `transient` after a crash only
 * (an exit code other than 0, or a signal), `temporary` never.
 */
export type RestartMode = 'permanent' | 'transient' | 'temporary';
/** Giving up: after more than `restarts` restarts within `periodMs` the child stays down. */
export interface RestartIntensity {
    readonly restarts: number;
    readonly periodMs: number;
}
export interface RestartPolicy {
    readonly mode: RestartMode;
    /** The first delay. Later ones double, from at least {@link MIN_BACKOFF_MS}. */
    readonly delayMs: number;
    /** The longest delay before jitter; a longer `delayMs` wins. */
    readonly maxDelayMs: number;
    /** So long online, and the next delay is the first one again. */
    readonly healthyAfterMs: number;
    readonly intensity?: RestartIntensity | null;
}
/** What is remembered from one end to the next. */
export interface RestartState {
    /** The delay before the present process without its jitter, null for a first or healthy one. */
    readonly lastDelayMs: number | null;
    /** When it was restarted, oldest first; only within the period of `intensity`. */
    readonly restartedAt: readonly number[];
}
export declare const INITIAL_RESTART_STATE: RestartState;
/** How a process ended. */
export interface ProcessEnd {
    /** Now, in milliseconds of a monotonic clock. */
    readonly at: number;
    /** Since it was spawned. */
    readonly aliveMs: number;
    /** How long it was online, null if it never was. */
    readonly onlineMs: number | null;
    readonly code: number | null;
    readonly signal: string | null;
    /** Somebody asked for it: `stop()`, or a cluster worker's own disconnect. */
    readonly intentional: boolean;
    /** It did not start at all: the code of the error, and whether this was the child's first process. */
    readonly notStarted?: {
        readonly errno: string | undefined;
        readonly first: boolean;
    } | null;
}
export type RestartDecision = {
    readonly action: 'restart';
    readonly delayMs: number;
    readonly state: RestartState;
} | {
    readonly action: 'end' | 'give-up';
};
/** The shortest delay from the second restart in a row on: no options make a hot loop. */
export declare const MIN_BACKOFF_MS = 100;
/** What the `restart` option means: true is `permanent`, as in ipevents; false is `temporary`. */
export declare function restartMode(restart: boolean | RestartMode): RestartMode;
/**
 * @param random from 0 up to, not including, 1; chooses the jitter of 0–20 %
 */
export declare function decideRestart(policy: RestartPolicy, state: RestartState, end: ProcessEnd, random: number): RestartDecision;
