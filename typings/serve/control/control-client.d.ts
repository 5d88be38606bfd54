import type { ServerStatus } from './server-status.js';
/** A running server, seen from another process. Made by `connectServer()`; to be closed. */
export declare class ServerControl {
    #private;
    /** Of the master. */
    readonly pid: number;
    private constructor();
    status(): Promise<ServerStatus>;
    /**
     * As SIGHUP. Resolves when all workers have the new code.
     *
     * @throws ERR_IPEM_CONFIG, ERR_IPEM_LISTEN, ERR_IPEM_APP; those with the old code go on then
     */
    reload(): Promise<void>;
    /**
     * So many workers from now on, 0–1024. Resolves when they serve.
     *
     * @throws ERR_IPEM_APP one of them does not start; it is tried again all the same
     */
    scale(workers: number): Promise<void>;
    /** Finishes the requests and ends; with `{ quick: true }` at once. Resolves when the process is gone. */
    stop({ quick }?: {
        readonly quick?: boolean;
    }): Promise<void>;
    /** As SIGUSR1: opens the log files anew. */
    reopenLogs(): Promise<void>;
    /** As SIGUSR2: starts a new master beside this one. Does not wait for it. */
    upgrade(): Promise<void>;
    /** Leaves the server alone. What was ordered is done all the same. */
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}
