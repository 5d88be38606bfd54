import type { Phase } from './master/plan.js';
/** One worker as it is at the moment. */
export interface WorkerInfo {
    /** Its number, from 0. */
    readonly id: number;
    readonly osPid: number | undefined;
    /** In the tree of `ipem`; null while it is not in it. */
    readonly pid: string | null;
    readonly state: Phase;
    /** 0 with the code of the start, one more with each reload. */
    readonly generation: number;
}
/** A server of many processes. Made by `serve()`. */
export declare class ServeServer {
    #private;
    /** Where it serves: `127.0.0.1:3000`, or the path of a Unix socket. */
    get addresses(): readonly string[];
    get workers(): readonly WorkerInfo[];
    /** Resolves when everything has ended, whatever ended it. */
    get closed(): Promise<void>;
    /**
     * As SIGHUP: reads the configuration again and replaces the workers one by one, without losing a request. Resolves
     * when all of them have the new code.
     *
     * @throws ERR_IPEM_CONFIG, ERR_IPEM_LISTEN, ERR_IPEM_APP; those with the old code go on then
     */
    reload(): Promise<void>;
    /** So many workers from now on, 0–1024. */
    scale(workers: number): void;
    /** As SIGUSR1: opens the log files anew. */
    reopenLogs(): void;
    /** As SIGUSR2: starts the command of this process once more, on the same sockets. */
    upgrade(): void;
    /** Finishes the requests, at most for `timeout`, and ends; with `{ quick: true }` at once. Resolves when all has ended. */
    stop({ quick }?: {
        readonly quick?: boolean;
    }): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}
