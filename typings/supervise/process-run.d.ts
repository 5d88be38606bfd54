import type { ChildProcess } from 'node:child_process';
import type { Worker } from 'node:cluster';
import type { Socket } from 'node:net';
import type { ChildExit } from './child.js';
import type { Spawned } from './child-spec.js';
import type { Clock } from './clock.js';
export interface ProcessRunHandlers {
    /** It has ended. Once; not after `onStartError`. */
    onExit(run: ProcessRun, exit: ChildExit): void;
    /** It never started. Never before the constructor has returned. */
    onStartError(run: ProcessRun, error: NodeJS.ErrnoException): void;
    /** It is time to report the loss of its link. */
    onOffline(run: ProcessRun, reason: string): void;
}
export declare class ProcessRun {
    #private;
    readonly process: ChildProcess;
    readonly worker: Worker | undefined;
    /** Null where the process did not start. */
    readonly socket: Socket | null;
    constructor(spawned: Spawned, clock: Clock, handlers: ProcessRunHandlers);
    /** Its ipem pid, once it was online. */
    get pid(): string | null;
    get exit(): ChildExit | null;
    get alive(): boolean;
    get connected(): boolean;
    get aliveMs(): number;
    /** How long it was online, up to now or to its end; null if it never was. */
    get onlineMs(): number | null;
    /** A cluster worker left because it, or the primary, called `disconnect()`. */
    get disconnected(): boolean;
    /** @returns false if it was online before */
    markOnline(pid: string): boolean;
    /** Its link is gone. Reported once, and only if it was online. */
    markOffline(reason: string): void;
    /** SIGTERM now, SIGKILL after `graceMs`. `onRefused` is called where the system does not let us. */
    terminate(graceMs: number, onRefused: () => void): void;
    /** @returns false if the signal could not be sent */
    signal(signal: NodeJS.Signals): boolean;
    scriptError(): NodeJS.ErrnoException | undefined;
    setRef(ref: boolean): void;
}
