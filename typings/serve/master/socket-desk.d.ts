import type { PlainConfig } from '../config/resolved.js';
import type { SentHandle, ToMaster } from '../handle-channel.js';
import { type NativeConnection } from '../native-listener.js';
import { Acceptors } from './acceptor.js';
import { Exchange } from './exchange.js';
import type { Listeners } from './listeners.js';
import type { WorkerProcess } from './worker-process.js';
export declare class SocketDesk {
    #private;
    readonly exchange: Exchange;
    readonly acceptors: Acceptors;
    constructor(listeners: Listeners, workers: () => readonly WorkerProcess[], config: () => PlainConfig, onError: (error: unknown) => void, onChange?: () => void);
    receive(worker: WorkerProcess, message: ToMaster, handle: SentHandle | undefined): void;
    /** This process takes connections, too. */
    serveHere(pid: string, take: (connection: NativeConnection) => void): void;
    /** Sockets that apps have asked for and nobody has any more: a program that calls there should hear of it. */
    closeUnused(workers: readonly WorkerProcess[]): void;
    /**
     * Nobody new is to wait at a door that will not be opened.
     *
     * @param shared another master has the sockets too, and serves who waits
     */
    close(shared: boolean): void;
    /** Nobody is to serve there any more. */
    closeOne(key: string, shared: boolean): void;
    /** Nobody serves at these any more: what comes is for another master, or for a worker that comes later. */
    workersChanged(workers: readonly WorkerProcess[]): void;
}
