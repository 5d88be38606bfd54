/** A Unix socket to serve on. */
export interface UnixListenerOptions {
    /** At most 103 bytes. A stale socket there is replaced, one that somebody listens at is an error. */
    readonly path: string;
    /** Who may connect, as `0o660` or `'660'`; what the umask leaves if not given. */
    readonly mode?: number | string | undefined;
    readonly backlog?: number | undefined;
}
/** An address and port to serve on. */
export interface TcpListenerOptions {
    /** 0 for any that is free. */
    readonly port: number;
    /** @default 127.0.0.1, or every address where the port came from `PORT` */
    readonly host?: string | undefined;
    readonly tcp?: 'tcp' | 'tcp4' | 'tcp6' | undefined;
    readonly backlog?: number | undefined;
}
/** A port, `'host:port'`, a path, or one of the objects. */
export type ListenerOptions = number | string | UnixListenerOptions | TcpListenerOptions;
import type { Sticky } from '../sticky.js';
type Hook<Rest extends unknown[]> = (config: ServeFacts, ...rest: Rest) => unknown;
/** How the process of a worker ended. */
export interface WorkerExit {
    readonly pid: number | undefined;
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
}
/**
 * What `serve()` takes, and what a configuration file exports: as an object, as the default export, or as what its
 * `load()` returns. Every key may also be spelt with underscores: `listen_port`. Paths are relative to
 * `workingDirectory`. Source: the readme of tiamat.
 */
export interface ServeConfig {
    /**
     * The app: exports `run(config, next)`, a server, or a request handler (express, fastify, koa, hono, a function), or
     * listens by itself.
     */
    readonly workerApp?: string | undefined;
    /** Arguments of the app, its `process.argv.slice(2)`. */
    readonly args?: readonly string[] | undefined;
    /** Arguments of Node in the workers; those of this process if not given. */
    readonly nodeArgs?: readonly string[] | undefined;
    /**
     * How many processes serve; `'auto'` is one for each core.
     * @default WEB_CONCURRENCY or 'auto'
     */
    readonly workers?: number | 'auto' | undefined;
    /** @default 'tcp4' */
    readonly tcp?: 'tcp' | 'tcp4' | 'tcp6' | undefined;
    /** @default '127.0.0.1', and every address where the port comes from `PORT` */
    readonly listenAddr?: string | undefined;
    /** @default PORT or 1337 */
    readonly listenPort?: number | undefined;
    /** A Unix socket, instead of a port or beside it. */
    readonly listenSock?: string | UnixListenerOptions | undefined;
    /** Further places to serve on. */
    readonly listeners?: readonly ListenerOptions[] | undefined;
    /** @default 511 */
    readonly backlog?: number | undefined;
    /**
     * Who accepts: all workers from one socket, and who has more than its share passes new connections on (`'auto'`); the
     * same without passing on (`'shared'`); the master, for one worker after the other (`'round-robin'`); each worker from a
     * socket of its own, shared out by the system (`'reuseport'`, Node 22.12 or newer: loses requests on a reload).
     * @default 'auto'
     */
    readonly accept?: 'auto' | 'shared' | 'round-robin' | 'reuseport' | undefined;
    /**
     * Connections of one client go to the same worker: by its address, or by a header or cookie of the first request.
     */
    readonly sticky?: Sticky | undefined;
    /**
     * A worker is replaced after so many requests, and up to a fifth more; 0: never.
     * @default 0
     */
    readonly maxRequests?: number | undefined;
    /**
     * A worker is replaced when it takes so many MiB of memory (RSS), and up to a fifth more; 0: never.
     * @default 0
     */
    readonly maxMemory?: number | undefined;
    /**
     * Seconds after which a worker whose event loop stands still is killed (0: never), and seconds a worker has to finish
     * its requests when it leaves (with 0: 45).
     * @default 45
     */
    readonly timeout?: number | undefined;
    /**
     * Seconds a worker has until it serves.
     * @default 60
     */
    readonly bootTimeout?: number | undefined;
    /**
     * Seconds to go on serving after SIGTERM or SIGQUIT: where a load balancer needs time to notice.
     * @default 0
     */
    readonly stopDelay?: number | undefined;
    /**
     * What SIGTERM and SIGINT do: finish the requests, or, as unicorn does, stop at once.
     * @default 'graceful'
     */
    readonly signals?: 'graceful' | 'unicorn' | undefined;
    /** @default false */
    readonly daemonize?: boolean | undefined;
    /** @default process.cwd() */
    readonly workingDirectory?: string | undefined;
    /** A file that what the workers print is appended to. SIGUSR1 opens it anew. */
    readonly stdoutPath?: string | undefined;
    /** The same for errors, and for what the master has to say. */
    readonly stderrPath?: string | undefined;
    readonly pidfile?: string | undefined;
    /** @default 'info' */
    readonly loglevel?: 'debug' | 'info' | 'warn' | 'error' | 'silent' | undefined;
    /**
     * Log lines as JSON objects, those of the workers too.
     * @default false
     */
    readonly json?: boolean | undefined;
    /** Of the app, whatever it likes. */
    readonly app?: object | undefined;
    /** In the master, before SIGUSR2 starts a new one. */
    readonly beforeExec?: Hook<[]> | undefined;
    /** In the master, before each new worker. */
    readonly beforeFork?: Hook<[id: number]> | undefined;
    /** In the worker, before the app is loaded. */
    readonly afterFork?: Hook<[pid: number, ppid: number, id: number]> | undefined;
    /** In the worker, right before it accepts. */
    readonly afterWorkerReady?: Hook<[id: number]> | undefined;
    /** In the master, after a worker has ended. */
    readonly afterWorkerExit?: Hook<[id: number, exit: WorkerExit]> | undefined;
}
/**
 * What hooks and `run()` are given: the configuration with its defaults, each key in both spellings, `listen_port` and
 * `listenPort`, and `configPath`.
 */
export interface ServeFacts extends Omit<ServeConfig, 'workers'> {
    readonly workers: number;
    /** The file it was read from. */
    readonly configPath: string | undefined;
    readonly [key: string]: unknown;
}
export {};
