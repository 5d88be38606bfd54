/** How a process ended; both are null where the system did not tell. */
export interface ChildExit {
    /** The exit code, null if a signal ended it. */
    readonly code: number | null;
    /** The signal that ended it, null if it exited. */
    readonly signal: NodeJS.Signals | null;
}
/** Why a child is no longer in the tree. */
export interface ChildOffline extends ChildExit {
    /** What ended its link: `end`, `bye`, `error` or `local`. */
    readonly reason: string;
}
