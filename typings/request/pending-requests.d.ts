import { IpemError } from '../errors.js';
import type { Message } from '../message.js';
import type { GoneWatch } from './gone-watch.js';
import { type RequestPort, type RequestTarget } from './port.js';
import type { RequestCall } from './request-arguments.js';
export declare class PendingRequests {
    #private;
    constructor(port: RequestPort, goneWatch: GoneWatch, maxPendingRequests: number);
    get size(): number;
    /** Whom requests wait for: targets, `'grandmaster'` and hops of given routes. */
    get awaited(): string[];
    /** How many more may start now. */
    get free(): number;
    /**
     * Sends a request. Exactly one of `resolve` and `reject` is called, once, possibly before this returns; neither may
     * throw. Returns the id for `abort`, or 0 when nothing is pending because it was rejected at once.
     */
    start(target: RequestTarget, event: string, call: RequestCall, resolve: (value: unknown) => void, reject: (error: Error) => void): number;
    /** Ends it with ERR_IPEM_ABORTED and tells the handler. Does nothing when it has ended already. */
    abort(id: number, reason: unknown): void;
    onAnswer(message: Message, id: number): void;
    onRefused(id: number, error: IpemError): void;
    onGone(pid: string): void;
    close(error: Error): void;
}
