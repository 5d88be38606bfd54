import type { Message } from '../message.js';
/** The `this` of a request handler: the message, and a signal for when nobody waits any more. */
export interface RequestMessage extends Message {
    /**
     * Aborted when the caller has left, has cancelled or has waited long enough; its reason is an IpemError
     * (`ERR_IPEM_GONE`, `ERR_IPEM_ABORTED`, `ERR_IPEM_CLOSED`). Never aborted once the answer is given. Made when first
     * read.
     */
    readonly signal: AbortSignal;
}
/** The bookkeeping of a request between its arrival and its answer. */
export declare class HandledRequest {
    #private;
    readonly message: Message;
    readonly id: number;
    /** True while the answer is due. */
    open: boolean;
    /** True while it counts among those who need to hear of processes that leave. */
    watching: boolean;
    constructor(message: Message, id: number);
    get signal(): AbortSignal;
    /** `reason` is called only for a signal that somebody reads: most of an Error's cost is its stack. */
    abort(reason: () => Error): void;
}
/** What the handler gets as `this`. A copy, so that the message other listeners may hold has no signal. */
export declare class HandlerContext implements RequestMessage {
    #private;
    readonly from: string;
    readonly pids: readonly string[];
    readonly to?: string;
    readonly route?: readonly string[];
    readonly type: Message['type'];
    readonly event: string;
    readonly args: readonly unknown[];
    constructor(request: HandledRequest);
    get signal(): AbortSignal;
}
