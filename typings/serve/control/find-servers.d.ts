import { IpemError } from '../../index.js';
import { type ControlFolder } from './control-folder.js';
/** A socket at which somebody listens. */
export interface FoundServer {
    /** Of the master. */
    readonly pid: number;
    readonly file: string;
}
/** Which one is meant; with neither, the only one there is. */
export interface ServerChoice {
    /** Of the master. */
    readonly pid?: number | undefined;
    /** Its pidfile. */
    readonly pidfile?: string | undefined;
}
/**
 * All of this user, by their pids. What those who were killed have left behind is removed.
 *
 * @throws ERR_IPEM_NO_SERVER the folder cannot be trusted
 */
export declare function findServers(folder?: ControlFolder | null): Promise<FoundServer[]>;
/** @throws ERR_IPEM_NO_SERVER it is not there, or none is, or several are; `pids` are those that are */
export declare function findServer({ pid, pidfile }: ServerChoice): Promise<FoundServer>;
export declare function noServer(message: string, pids: readonly number[], pid?: number): IpemError;
/** False where it is sure that nobody does; whoever is too busy to answer is there. */
export declare function listens(file: string): Promise<boolean>;
