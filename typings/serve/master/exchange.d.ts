import type { NativeConnection } from '../native-listener.js';
import type { WorkerProcess } from './worker-process.js';
/** What is known of a connection beside itself. */
export interface Label {
    /** The socket it came by. */
    readonly key: string;
    /** The pid of the worker that should have it. */
    readonly to?: string;
    /** The client it comes from: it belongs to one of the workers. */
    readonly client?: string;
    /** What was read of it already, in base64. */
    readonly head?: string;
}
export declare class Exchange {
    #private;
    /** This process takes connections, too: those for its pid, and those nobody else can take. */
    here: {
        readonly pid: string;
        take(connection: NativeConnection): void;
    } | null;
    /** @param workers those who are there, whatever they do */
    constructor(workers: () => readonly WorkerProcess[]);
    pass(label: Label, connection: NativeConnection): void;
    taken(id: number): void;
    /** What it had not taken yet goes to others. */
    gone(worker: WorkerProcess): void;
    /** What found nobody has somebody now. */
    ready(): void;
    /** Nobody will ever serve at this socket. */
    abandon(key: string): void;
    /** Nobody will come any more. */
    close(): void;
}
