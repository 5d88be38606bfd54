import { type RequestPort, type RequestTarget } from '../request/port.js';
import type { Runtime } from './runtime.js';
type Carrier = Pick<Runtime, 'bus' | 'send'>;
export declare class RequestsOverBus implements RequestPort {
    #private;
    constructor(carrier: Carrier);
    sendRequest(target: RequestTarget, event: string, id: number, args: readonly unknown[]): void;
    sendAnswer(pids: readonly string[], id: number, body: readonly unknown[]): void;
    sendCancel(target: RequestTarget, id: number): void;
    watchGone(watching: boolean): void;
}
export {};
