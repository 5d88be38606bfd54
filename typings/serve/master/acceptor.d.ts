import type { NativeConnection, NativeListener } from '../native-listener.js';
export type OnConnection = (key: string, connection: NativeConnection) => void;
export declare class Acceptors {
    #private;
    constructor(onConnection: OnConnection);
    get keys(): readonly string[];
    has(key: string): boolean;
    /** Accepts from a copy, if there is none so far. */
    start(key: string, copy: NativeListener, backlog: number): void;
    /** What is in the queue waits there for whoever comes next. */
    stop(key: string): void;
    close(): void;
}
