import { type default as ipem } from '../../index.js';
import { Deferred } from '../../supervise/deferred.js';
import type { Origin } from '../config/read.js';
import type { PlainConfig, ResolvedConfig } from '../config/resolved.js';
import type { Logger } from '../log/logger.js';
import type { Order } from '../signal-table.js';
import { Crew } from './crew.js';
import { Listeners } from './listeners.js';
import { SocketDesk } from './socket-desk.js';
import type { Command } from './successor.js';
export type MasterState = 'starting' | 'running' | 'stopping' | 'stopped';
export interface MasterOptions {
    readonly bus: typeof ipem;
    readonly origin: Origin;
    readonly config: ResolvedConfig;
    /** What SIGUSR2 starts. */
    readonly command: Command;
    /** The process shows what it is: it is there for nothing else. */
    readonly titled: boolean;
    /** The app is a script of its own that calls `listen()`. @default false */
    readonly direct?: boolean;
    /** The private folder in which the nodes of `listen()` meet. */
    readonly folder?: string;
    /** How many, whatever the configuration says. */
    readonly workers?: number;
    /** Replace workers that end by themselves. @default true */
    readonly restarting?: boolean;
}
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
