import type { ChildProcess } from 'node:child_process';
import type { Worker } from 'node:cluster';
import type { Socket } from 'node:net';
import type { RestartPolicy } from './restart-policy.js';
/** What a child is, for all of its processes. */
export interface ChildSpec {
    /** Start one process. Called again for each restart. */
    spawn(): Spawned;
    readonly restart: RestartPolicy;
    /** From SIGTERM to SIGKILL. */
    readonly stopTimeoutMs: number;
    /** Aborting it is `stop()`. */
    readonly signal?: AbortSignal | undefined;
}
/** A process that was just started, or that failed to. */
export interface Spawned {
    readonly process: ChildProcess;
    /** Our end of its link; null where the system had no descriptors left. */
    readonly socket: Socket | null;
    readonly worker?: Worker;
    /** Asked after a crash at the start: the error that explains it, if the script cannot be found. */
    scriptError?(): Error | undefined;
}
