import type { MasterState } from '../master/master-types.js';
import type { Phase } from '../master/plan.js';
/** One worker of a server. */
export interface WorkerStatus {
    /** Its number, from 0. */
    readonly id: number;
    readonly osPid?: number | undefined;
    readonly state: Phase;
    /** 0 with the code of the start, one more with each reload. */
    readonly generation: number;
    /** Seconds since its process was started. */
    readonly uptimeS: number;
    /** Its memory that is in RAM. Not there where the system has no /proc. */
    readonly rssBytes?: number | undefined;
}
/** A server, as its master sees it. */
export interface ServerStatus {
    /** Of the master. */
    readonly pid: number;
    readonly state: MasterState;
    /** It has started a new master, which lives. */
    readonly old: boolean;
    /** Seconds since it was started. */
    readonly uptimeS: number;
    /** Where it serves: `127.0.0.1:3000`, or the path of a Unix socket. */
    readonly addresses: readonly string[];
    /** The path of the app. */
    readonly app: string;
    /** The path of the configuration file, if there is one. */
    readonly config?: string | undefined;
    /** Of the ipem that the master runs. */
    readonly version: string;
    /** How often it was reloaded. */
    readonly generation: number;
    /** How many workers it is to have; how many it has is in `workers`. */
    readonly wantedWorkers: number;
    /** Those that leave included. */
    readonly workers: readonly WorkerStatus[];
}
