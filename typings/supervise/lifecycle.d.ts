import type { ChildProcess } from 'node:child_process';
import type { Worker } from 'node:cluster';
import type { Socket } from 'node:net';
import { IpemError } from '../errors.js';
import { Child, type ChildControl, type ChildExit, type ChildOffline } from './child.js';
import type { ChildSpec } from './child-spec.js';
import type { Clock } from './clock.js';
import { ProcessRun, type ProcessRunHandlers } from './process-run.js';
/** What a lifecycle tells its owner, who MUST NOT throw. The child's own state is already right then. */
export interface LifecycleHooks {
    onSpawn(process: ChildProcess, socket: Socket): void;
    onExit(exit: ChildExit): void;
    onOffline(pid: string, info: ChildOffline): void;
    /** @param retry another attempt is already scheduled */
    onSpawnError(error: IpemError, retry: boolean): void;
    onGaveUp(error: IpemError): void;
    /** There will be no more processes. Last, and once. */
    onEnded(): void;
}
export declare class Lifecycle implements ChildControl, ProcessRunHandlers {
    #private;
    readonly child: Child;
    constructor(spec: ChildSpec, clock: Clock, random: () => number, hooks: LifecycleHooks);
    get pid(): string | null;
    get osPid(): number | undefined;
    get restarts(): number;
    get connected(): boolean;
    get online(): Promise<string>;
    get process(): ChildProcess;
    get worker(): Worker | undefined;
    /** Start the first process. Throws what `spawn` throws; the child has then never existed. */
    begin(): void;
    /** From now on nothing is restarted; a restart that is pending is cancelled. The present process lives on. */
    retire(): void;
    stop(): Promise<ChildExit>;
    /** SIGKILL, and no restart. */
    kill(): void;
    setRef(ref: boolean): void;
    markOnline(process: ChildProcess, pid: string): void;
    markOffline(process: ChildProcess, reason: string): void;
    onExit(run: ProcessRun, exit: ChildExit): void;
    onStartError(run: ProcessRun | null, error: NodeJS.ErrnoException): void;
    onOffline(run: ProcessRun, reason: string): void;
}
