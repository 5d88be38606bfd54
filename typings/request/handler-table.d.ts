import type { RequestMessage } from './handled-request.js';
/** Answers requests: what it returns, or what the promise it returns resolves to, is the answer. */
export type RequestHandler = (this: RequestMessage, ...args: any[]) => unknown;
export declare class HandlerTable {
    #private;
    get(event: string): RequestHandler | undefined;
    /** @throws ERR_IPEM_HANDLER_EXISTS, ERR_IPEM_INVALID_ARG */
    add(event: string, handler: RequestHandler): void;
    /** Whether there was one. */
    remove(event: string): boolean;
}
