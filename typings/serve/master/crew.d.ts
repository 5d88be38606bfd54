import type { IpemError, default as ipem } from '../../index.js';
import { type ResolvedConfig } from '../config/resolved.js';
import type { SentHandle, ToMaster } from '../handle-channel.js';
import type { Outputs } from '../log/outputs.js';
import { type WorkerExitFacts, WorkerProcess } from './worker-process.js';
type Bus = typeof ipem;
/** What the crew tells its master, who MUST NOT throw. */
export interface CrewHooks {
    beforeStart(slot: number): unknown;
    onReady(worker: WorkerProcess): void;
    onLeaving(worker: WorkerProcess): void;
    onWorn(worker: WorkerProcess, why: string): void;
    /** @param failure why it never served, null if it did or was sent away */
    onExit(worker: WorkerProcess, exit: WorkerExitFacts, failure: IpemError | null): void;
    onKilled(worker: WorkerProcess, why: string): void;
    onHandle(worker: WorkerProcess, message: ToMaster, handle: SentHandle | undefined): void;
    /** Something has changed: look what is next. */
    onChange(): void;
}
/** What a new process of a worker gets: the configuration as it is now. */
export interface Equipment {
    readonly config: ResolvedConfig;
    readonly outputs: Outputs;
    /** As in {@link WorkerJob}. */
    readonly direct: boolean;
    readonly folder?: string | undefined;
}
export declare class Crew {
    #private;
    target: number;
    generation: number;
    stopping: boolean;
    /** @param restarting a worker that ends by itself is replaced */
    constructor(bus: Bus, equipment: () => Equipment, hooks: CrewHooks, restarting?: boolean);
    get members(): readonly WorkerProcess[];
    /** Those who serve. */
    get ready(): readonly WorkerProcess[];
    /** True if everybody who is wanted serves, with the newest code, and nobody else is left to be sent away. */
    get settled(): boolean;
    /** As many serve as are wanted, and nobody waits for another try. */
    get complete(): boolean;
    /** How long a connection that has no request may still send one, for workers that are replaced. */
    idleMs: number;
    /** One step towards what is wanted. Answers false if there was none to do. */
    step(): Promise<boolean>;
    /** A worker that replaces another one does not start: those with older code stay. */
    giveUpReload(): void;
    /** Nobody waits any more. */
    clearWaiting(): void;
    /** Somebody else is in this place, or on the way there. */
    isReplaced(slot: number): boolean;
    /** All finish and leave. */
    stopInOrder(): void;
    quick(): void;
    close(): void;
}
export {};
