import type { IpemErrorCode } from '../index.js';
import type { PlainConfig } from './config/resolved.js';
export declare const JOB_VARIABLE = "IPEM_SERVE_JOB";
export interface WorkerJob {
    /** The number of the worker, from 0. */
    readonly slot: number;
    /** Of this process alone: no other one of this master ever has it. */
    readonly id: number;
    /** The script of the process is the app itself, which calls `listen()`; else it is ours, which loads the app. */
    readonly direct: boolean;
    /** The private folder in which the nodes of `listen()` meet. */
    readonly folder?: string;
    readonly config: PlainConfig;
    /** The configuration has hooks that run in the worker: it has to read the file too. */
    readonly hooks: boolean;
}
/** What this process was started for; null where it is no worker. Removes the variable: it is nobody else's. */
export declare function takeJob(env?: NodeJS.ProcessEnv): WorkerJob | null;
/** The request by which a worker reports to its master. */
export declare const REPORT = "ipem-serve.report";
/** The event by which a master sends a worker away. */
export declare const LEAVE = "ipem-serve.leave";
export type Report = {
    readonly is: 'ready';
}
/** It leaves by itself: it was sent a signal. */
 | {
    readonly is: 'leaving';
}
/** It has done enough, and goes on until another one has taken its place. */
 | {
    readonly is: 'worn';
    readonly why: string;
} | {
    readonly is: 'failed';
    readonly code: IpemErrorCode;
    readonly message: string;
    readonly stack: string | undefined;
};
export interface LeaveOrder {
    /** To finish what it has; 0: at once. */
    readonly graceMs: number;
    /** How long a connection without a request may still send one. */
    readonly idleMs: number;
}
/** The event by which workers tell each other how many connections they have; null: they take no more. */
export declare const LOAD = "ipem-serve.load";
export type LoadNews = {
    readonly total: number;
    readonly aged: number;
} | null;
