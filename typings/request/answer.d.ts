import { type IpemErrorCode } from '../errors.js';
/** What the handler returned, what it threw, or why ipem itself cannot answer. */
export type AnswerBody = readonly [kind: 0, value: unknown] | readonly [kind: 1, thrown: unknown] | readonly [kind: 2, code: IpemErrorCode, message: string];
/**
 * The error a request rejects with when the handler threw or rejected: the handler's error, with its `name`,
 * `message`, `cause`, own fields and the stack of the process it was thrown in.
 */
export interface RemoteError extends Error {
    /** The error's own code, else `ERR_IPEM_REMOTE`. With a code of ipem's it is still the handler's: see `remotePid`. */
    readonly code: unknown;
    /** pid of the process whose handler failed. Errors of a request that have none were made here. */
    readonly remotePid: string;
    /** The stack over there, the same as `stack`. Not enumerable, so that it is not printed twice. */
    readonly remoteStack: string;
}
export declare function valueBody(value: unknown): AnswerBody;
export declare function thrownBody(thrown: unknown): AnswerBody;
export declare function failureBody(code: IpemErrorCode, message: string): AnswerBody;
/**
 * What is sent when `body` could not be, from good to sufficient: the caller is never left without an answer, and an
 * error that matters is not hidden behind the one that it cannot travel.
 */
export declare function substituteBodies(body: AnswerBody, event: string, cause: unknown): AnswerBody[];
/** Calls exactly one of the two with what the body says. `pid` is the process that answered. */
export declare function readAnswer(body: readonly unknown[], pid: string, event: string, resolve: (value: unknown) => void, reject: (error: Error) => void): void;
