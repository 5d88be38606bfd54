import type { Message } from '../message.js';
import type { GoneWatch } from './gone-watch.js';
import { type RequestMessage } from './handled-request.js';
import type { RequestPort } from './port.js';
/** Answers requests: what it returns, or what the promise it returns resolves to, is the answer. */
export type RequestHandler = (this: RequestMessage, ...args: any[]) => unknown;
export declare class Handlers {
    #private;
    constructor(port: RequestPort, goneWatch: GoneWatch, maxPendingRequests: number);
    get size(): number;
    handle(event: string, handler: RequestHandler): void;
    removeHandler(event: string): boolean;
    /** Calls the handler before it returns. */
    onRequest(message: Message, id: number): void;
    onCancel(fromPid: string, id: number): void;
    onGone(pid: string): void;
    close(error: Error): void;
}
