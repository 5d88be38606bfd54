import { IpemError } from '../errors.js';
import type { ChildExit } from './child.js';
/** For `Child.online`: it ended for good, and this is how its last process did. */
export declare function exitedError({ code, signal }: ChildExit, cause?: Error): IpemError;
export declare function gaveUpError({ code, signal }: ChildExit, restarts: number): IpemError;
export declare function spawnError(cause: Error): IpemError;
/** What a call that should have started a process threw. Node's own complaints about arguments are the caller's fault. */
export declare function startError(error: unknown): IpemError;
