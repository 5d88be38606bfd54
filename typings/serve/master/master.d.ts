import { Deferred } from '../../supervise/deferred.js';
import type { PlainConfig } from '../config/resolved.js';
import type { Logger } from '../log/logger.js';
import type { Order } from '../signal-table.js';
import { Crew } from './crew.js';
import { Listeners } from './listeners.js';
import type { MasterOptions, MasterState } from './master-types.js';
import { SocketDesk } from './socket-desk.js';
export declare class Master {
    #private;
    readonly listeners: Listeners;
    readonly crew: Crew;
    /** Gives workers their sockets. */
    readonly desk: SocketDesk;
    /** Resolves when nothing is left of it. */
    readonly closed: Deferred<void>;
    /** @throws ERR_IPEM_CONFIG a log cannot be opened */
    constructor(options: MasterOptions);
    get log(): Logger;
    get state(): MasterState;
    get config(): PlainConfig;
    get uptimeMs(): number;
    /** A new master is on its way, or has taken over. */
    get old(): boolean;
    /** It stops, or will as soon as it has done what it is doing. */
    get stopping(): boolean;
    /**
     * Binds, starts the workers and waits until they serve.
     *
     * @throws ERR_IPEM_LISTEN, ERR_IPEM_RUNNING, ERR_IPEM_APP, ERR_IPEM_HOOK, ERR_IPEM_CLOSED if it is stopped before.
     * Nothing is left behind then.
     */
    start(): Promise<void>;
    /** Carried out when those before it are. */
    order(order: Order): void;
    /**
     * Reads the configuration again and replaces the workers.
     *
     * @throws ERR_IPEM_CONFIG, ERR_IPEM_LISTEN, ERR_IPEM_APP; all goes on as before then
     * @throws ERR_IPEM_CLOSED it stops
     */
    reload(): Promise<void>;
    scale(workers: number): void;
    /**
     * As `scale`, and resolves when so many serve.
     *
     * @throws ERR_IPEM_APP one of them does not start; it is tried again all the same
     * @throws ERR_IPEM_CLOSED it stops
     */
    scaled(workers: number): Promise<void>;
}
