import { IpemError, type default as ipem } from '../../index.js';
import { type SentHandle, type ToMaster, type ToWorker } from '../handle-channel.js';
import type { Outputs } from '../log/outputs.js';
import { type LeaveOrder, type Report, type WorkerJob } from '../worker-job.js';
import type { Member, Phase } from './plan.js';
type Bus = typeof ipem;
export interface WorkerExitFacts {
    readonly pid: number | undefined;
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
}
export interface WorkerHandlers {
    onReady(worker: WorkerProcess): void;
    /** It is to be replaced, and why. */
    onWorn(worker: WorkerProcess, why: string): void;
    /** It leaves by itself. */
    onLeaving(worker: WorkerProcess): void;
    onExit(worker: WorkerProcess, exit: WorkerExitFacts): void;
    onHandle(worker: WorkerProcess, message: ToMaster, handle: SentHandle | undefined): void;
    /** It was killed, and why. */
    onKilled(worker: WorkerProcess, why: string): void;
}
export declare class WorkerProcess implements Member {
    #private;
    readonly id: number;
    readonly slot: number;
    readonly generation: number;
    /** The keys of the sockets its servers have had. */
    readonly keys: Set<string>;
    /** It has done enough. */
    worn: boolean;
    /** It was told that no more connections come from here. */
    sealed: boolean;
    readonly startedAt: number;
    readonly osPid: number | undefined;
    constructor(bus: Bus, member: Pick<Member, 'id' | 'slot' | 'generation'>, job: WorkerJob, outputs: Outputs, handlers: WorkerHandlers);
    get phase(): Phase;
    /** The pid it has in the tree. */
    get pid(): string | null;
    /** Milliseconds it has served; null if it never did. */
    get readyMs(): number | null;
    /** Why it does not serve. */
    failure(exit: WorkerExitFacts): IpemError;
    /** It has said something over the bus. */
    report(report: Report): void;
    /** Finish what you have, and go. */
    drain(order: LeaveOrder): void;
    /** Whatever it is doing. */
    quick(): void;
    send(message: ToWorker, handle?: SentHandle, onSent?: (error: Error | null) => void): boolean;
}
export {};
