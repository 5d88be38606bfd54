import type { IpemError } from '../../index.js';
import type { ResolvedConfig } from '../config/resolved.js';
import type { SentHandle, ToMaster } from '../handle-channel.js';
import type { Outputs } from '../log/outputs.js';
import type { WorkerExitFacts, WorkerProcess } from './worker-process.js';
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
