import type { ChildProcess } from 'node:child_process';
import type { Worker } from 'node:cluster';
import { EventEmitter } from 'eventemitter3';
import type { ChildExit, ChildOffline } from './child-exit.js';
export type { ChildExit, ChildOffline };
export interface ChildEvents {
    /** A process of this child is in the tree. */
    online: [pid: string];
    /**
     * It has left the tree. Comes after `exit`, so that code and signal are known; they are null when the process
     * lives on, because it closed its ipem.
     */
    offline: [pid: string, info: ChildOffline];
    /** A process of this child ended. It may be restarted. */
    exit: [code: number | null, signal: NodeJS.Signals | null];
    /** Its event loop has stood still for `hangTimeout`, so its present process was killed: `exit` follows. */
    hang: [];
}
/**
 * A child process, made by `fork()` or `worker()`. It lives through restarts: what it shows is always the present
 * process.
 */
export declare class Child extends EventEmitter<ChildEvents> {
    #private;
    /** The ipem pid of the present process; null while there is none, or before it is online. */
    get pid(): string | null;
    /** The OS pid of the present process; undefined while there is none. */
    get osPid(): number | undefined;
    /** How often it was restarted so far. */
    get restarts(): number;
    /** True while the present process is in the tree. */
    get connected(): boolean;
    /**
     * Resolves with the ipem pid as soon as the present process is online. After it has ended there is a new promise,
     * for the next one. Nobody has to handle it.
     *
     * It rejects when the child is not going to be online any more: stopped, not restarted, given up, not startable.
     * The error's `exitCode`, `signal` and `cause` say what happened to its last process.
     *
     * A process that never starts ipem leaves it pending.
     *
     * @throws ERR_IPEM_CHILD_EXITED
     */
    get online(): Promise<string>;
    /** The present process, or the last one. A restart replaces it. */
    get process(): ChildProcess;
    /** The present or last cluster worker, where `worker()` made this child. */
    get worker(): Worker | undefined;
    /**
     * End it for good: SIGTERM, after the `stopTimeout` SIGKILL. It is not restarted, not even if a restart was pending.
     *
     * May be called again and at any time. Resolves when the process has ended, with the way it did.
     */
    stop(): Promise<ChildExit>;
}
