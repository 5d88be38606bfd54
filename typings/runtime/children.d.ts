import type { ChildProcess } from 'node:child_process';
import type { Neighbour } from '../bus/neighbour.js';
import type { LinkCloseReason } from '../link/link.js';
import { type ForkOptions, type WorkerOptions } from '../options.js';
import type { Child } from '../supervise/child.js';
import { Supervisor } from '../supervise/supervisor.js';
import type { Runtime } from './runtime.js';
export declare class Children {
    #private;
    readonly supervisor: Supervisor;
    constructor(runtime: Runtime, onSize: (size: number) => void);
    fork(path: string | URL, args: readonly string[], given: ForkOptions | undefined): Child;
    worker(given: WorkerOptions | undefined): Child;
    /** Gives a child that somebody else forked a link over its IPC channel, if it asks for one. */
    adopt(process: ChildProcess): void;
    /** From now on children made by others are adopted as they come. */
    adoptByThemselves(): void;
    /** The ipem pid of a direct child by its OS pid. */
    pidOf(osPid: number): string | undefined;
    /** The way up is known: children may come in. */
    onReady(): void;
    onChildOnline(neighbour: Neighbour): void;
    /** True: reported later, with code and signal, by the supervisor. */
    onChildLost(neighbour: Neighbour, reason: LinkCloseReason): boolean;
    close(): Promise<void>;
}
