import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { IpemError } from '../errors.js';
import type { Child, ChildOffline } from './child.js';
import type { ChildSpec } from './child-spec.js';
import { type Clock } from './clock.js';
/** What the supervisor tells its owner. These MUST NOT throw. */
export interface SupervisorHooks {
    /** A process was started, the first one before `start()` returns. `socket` is this end of its link, unread so far. */
    onSpawn(child: Child, process: ChildProcess, socket: Socket): void;
    /** A process ended. What it sent before may still be unread on its link. */
    onExit(child: Child, code: number | null, signal: NodeJS.Signals | null): void;
    /** A process that was marked offline; now its exit is known, or it lives on. */
    onOffline(child: Child, pid: string, info: ChildOffline): void;
    /** ERR_IPEM_SPAWN. @param retry it will be tried again by itself; else the child stays down */
    onSpawnError(child: Child, error: IpemError, retry: boolean): void;
    /** ERR_IPEM_GAVE_UP */
    onGaveUp(child: Child, error: IpemError): void;
    /** The number of children changed. A child that waits for its restart counts. */
    onSize(size: number): void;
}
export interface SupervisorOptions {
    readonly clock?: Clock;
    /** From 0 up to, not including, 1. */
    readonly random?: () => number;
}
export declare class Supervisor {
    #private;
    constructor(hooks: SupervisorHooks, { clock, random }?: SupervisorOptions);
    /** Children that run or wait for their restart. */
    get size(): number;
    /** The same children, first started first. */
    get children(): Child[];
    /** The child whose present process has this OS pid. */
    find(osPid: number): Child | undefined;
    /**
     * Start a child and keep it up as `spec.restart` says.
     *
     * A process that cannot be started for lack of a file is told later, by `onSpawnError`.
     *
     * @throws ERR_IPEM_CLOSED after `close()`
     * @throws ERR_IPEM_ABORTED if `spec.signal` is aborted already
     * @throws ERR_IPEM_INVALID_ARG what Node does not take as an argument
     * @throws ERR_IPEM_SPAWN where Node refuses at once
     */
    start(spec: ChildSpec): Child;
    /** The link to this process of the child is up: it is `pid`. */
    markOnline(child: Child, process: ChildProcess, pid: string): void;
    /** That link is gone. Only what was marked online is reported. */
    markOffline(child: Child, process: ChildProcess, reason: string): void;
    /**
     * Stop all children, the last started first, each only after the one before has ended: SIGTERM, grace, SIGKILL.
     * From the call on none is restarted.
     *
     * @param deadlineMs after this all that are left get SIGKILL at once. Whoever is itself under a grace must set it
     *   to less than that, so that a tree always goes down from below.
     * @returns resolves when there are none left
     */
    stopAll(deadlineMs?: number): Promise<void>;
    /** SIGKILL to all children, now. None is restarted. */
    killAll(): void;
    /** Stop all children in order; none can be started any more. */
    close(): Promise<void>;
    /** Children and pending restarts keep this process alive: the default. */
    ref(): void;
    /** They no longer do. The sockets given to `onSpawn` are the owner's to unref. */
    unref(): void;
}
