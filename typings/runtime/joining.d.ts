import { IpemError } from '../errors.js';
import { Rendezvous } from '../join/rendezvous.js';
import type { LinkCloseReason } from '../link/link.js';
import type { Runtime } from './runtime.js';
/** What joining asks of the process around it. */
export interface JoiningOwner {
    /** This process was forked by an ipem parent: a terminal's SIGINT is the parent's to handle. */
    onInherited(): void;
    /** The parent is gone and `orphan` says to leave: stop the children in order, then exit. */
    leave(): void;
}
export declare class Joining {
    #private;
    constructor(runtime: Runtime, owner: JoiningOwner);
    /** Asynchronous in any case: `ready` never comes before `start()` has returned. */
    start(): void;
    /** Where others can join, if this process listens. */
    address(): ReturnType<Rendezvous['address']>;
    /** Called by the runtime when the parent's link has ended. */
    onParentLost(reason: LinkCloseReason, refusal: IpemError | null): void;
    close(): Promise<void>;
    ref(): void;
    unref(): void;
}
