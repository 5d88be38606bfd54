import type { PendingRequests } from './pending-requests.js';
import type { RequestCall, RequestOptions } from './request-arguments.js';
/** What one process answered, or why it did not. Exactly one of `value` and `error` is an own property. */
export type RequestRow<T = unknown> = {
    readonly pid: string;
    readonly value: T;
    readonly error?: undefined;
} | {
    readonly pid: string;
    readonly error: Error;
    readonly value?: undefined;
};
/** Who is asked: pids, or where to get them from. The function is called when iteration starts. */
export type RequestMembers = PromiseLike<readonly string[]> | ((options: RequestOptions) => PromiseLike<readonly string[]> | readonly string[]);
export declare class RequestAll<T> implements AsyncIterableIterator<RequestRow<T>, undefined>, AsyncDisposable {
    #private;
    constructor(pending: PendingRequests, members: RequestMembers, event: string, call: RequestCall);
    [Symbol.asyncIterator](): this;
    next(): Promise<IteratorResult<RequestRow<T>, undefined>>;
    /** Cancels what is pending, drops the rows that were not taken. Called by `break`, `return` and `throw` in a loop. */
    return(): Promise<IteratorResult<RequestRow<T>, undefined>>;
    [Symbol.asyncDispose](): Promise<void>;
}
