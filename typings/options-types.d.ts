import type { StdioOptions } from 'node:child_process';
/**
 * What happens when a child ends without having been stopped: `true` or `'permanent'` starts it again always,
 * `'transient'` only after a crash (exit code other than 0, or a signal), `false` or `'temporary'` never.
 */
export type Restart = boolean | RestartType;
export type RestartType = 'permanent' | 'transient' | 'temporary';
/** More than `restarts` restarts within `periodMs` milliseconds: the child is given up. */
export interface RestartIntensity {
    readonly restarts: number;
    readonly periodMs: number;
}
type Pem = string | Uint8Array | readonly (string | Uint8Array)[];
/** TLS for the listening socket and for dialling. Who listens needs `key` and `cert`; who dials checks with `ca`. */
export interface TlsOptions {
    readonly key?: Pem | undefined;
    readonly cert?: Pem | undefined;
    readonly ca?: Pem | undefined;
    /** Of the key. */
    readonly passphrase?: string | undefined;
    /** The name the certificate has to carry; the host that is dialled if not given. */
    readonly servername?: string | undefined;
}
/** Where processes that nobody forked find each other. */
export interface SocketOptions {
    /**
     * Path of a Unix socket, at most 103 bytes. Where it is given, TCP is not used.
     * @default null
     */
    readonly socketPath?: string | null | undefined;
    /** @default 7100 */
    readonly port?: number | undefined;
    /**
     * Any other than a loopback address needs `tls` or `insecure`.
     * @default 'localhost'
     */
    readonly host?: string | undefined;
    /**
     * Meet again when the connection is lost.
     * @default true
     */
    readonly reconnect?: boolean | undefined;
    /**
     * Milliseconds before the next attempt.
     * @default 3000
     */
    readonly delayReconnect?: number | undefined;
    /**
     * Never listen: wait for another process that does.
     * @default false
     */
    readonly onlyConnect?: boolean | undefined;
    /**
     * The secret that both ends of a socket prove to know; it is never sent. At least 16 characters or bytes.
     * Without it the one in a file that only this user can read.
     */
    readonly cookie?: string | Uint8Array | undefined;
    /**
     * Listen beyond this machine without TLS: everybody on the way can read and change what is sent.
     * @default false
     */
    readonly insecure?: boolean | undefined;
    /** @default null */
    readonly tls?: TlsOptions | null | undefined;
    /**
     * Milliseconds between signs of life on a socket; 0 sends none.
     * @default 5000
     */
    readonly heartbeatMs?: number | undefined;
    /**
     * A socket is closed after so many intervals without a sign of life.
     * @default 3
     */
    readonly heartbeatMisses?: number | undefined;
}
/** What keeps memory bounded. In bytes unless it says otherwise. */
export interface LimitOptions {
    /**
     * Largest payload of one message, both ways.
     * @default 64 MiB
     */
    readonly maxPayload?: number | undefined;
    /**
     * From here on a link is full: `writableNeedDrain`, and relays stop reading.
     * @default 256 KiB
     */
    readonly highWaterMark?: number | undefined;
    /**
     * A stalled link takes no more from here on; an empty one always takes one message.
     * @default 64 MiB
     */
    readonly hardLimit?: number | undefined;
    /**
     * Requests of this process that wait for their answer, a number.
     * @default 10000
     */
    readonly maxPendingRequests?: number | undefined;
    /**
     * Connections that have not proved the cookie yet, a number.
     * @default 64
     */
    readonly maxUnauthenticated?: number | undefined;
    /**
     * Message headers that each end of a link remembers, a number. A ring above 4,096 has to be given to all processes.
     * @default 1024
     */
    readonly headerRing?: number | undefined;
    /**
     * Event names that one link may subscribe to, a number.
     * @default 65536
     */
    readonly maxInterestNames?: number | undefined;
    /**
     * Messages sent between `start()` and `ready`.
     * @default 64 MiB
     */
    readonly maxHeldBytes?: number | undefined;
}
/** How a child is kept alive. */
export interface RestartOptions {
    /** @default true */
    readonly restart?: Restart | undefined;
    /**
     * Milliseconds before the first restart. It doubles, from at least 100 ms, with each one up to `maxDelayRestart`.
     * @default 1000
     */
    readonly delayRestart?: number | undefined;
    /**
     * When to give up restarting; null never does.
     * @default null
     */
    readonly intensity?: RestartIntensity | null | undefined;
    /**
     * Milliseconds between SIGTERM and SIGKILL when a child is stopped.
     * @default 5000
     */
    readonly stopTimeout?: number | undefined;
    /**
     * Milliseconds a child's event loop may stand still, or a third longer, before it is killed; 0 watches none.
     * @default 0
     */
    readonly hangTimeout?: number | undefined;
}
/** What `options()` takes, before `start()`. Values that are `undefined` count as not given. */
export interface IpemOptions extends RestartOptions {
    /**
     * Which application this is: processes of different names never join.
     * Without it the name in the nearest package.json above the main script, else above the working directory.
     */
    readonly name?: string | undefined;
    /**
     * Longest delay before a restart, in milliseconds.
     * @default 30000
     */
    readonly maxDelayRestart?: number | undefined;
    /**
     * A child that was up so many milliseconds is healthy: its next restart comes after `delayRestart` again.
     * @default 10000
     */
    readonly healthyAfter?: number | undefined;
    /**
     * Answer SIGTERM and SIGINT by stopping the children in order, where you do not listen for them yourself.
     * @default true
     */
    readonly signals?: boolean | undefined;
    /**
     * What a child does when its parent is gone: leave, or join again by socket.
     * @default 'exit'
     */
    readonly orphan?: 'exit' | 'rejoin' | undefined;
    /**
     * Meet processes that nobody forked, by the socket.
     * @default true
     */
    readonly useSocket?: boolean | undefined;
    /**
     * Milliseconds a request waits for its answer; 0 waits for ever.
     * @default 30000
     */
    readonly requestTimeout?: number | undefined;
    /**
     * Milliseconds after which a full link that moves no byte counts as stalled.
     * @default 1000
     */
    readonly stallMs?: number | undefined;
    /**
     * Milliseconds that an exiting process takes at most to write what it has sent.
     * @default 2000
     */
    readonly flushDeadlineMs?: number | undefined;
    /**
     * Milliseconds a new connection has for its handshake.
     * @default 5000
     */
    readonly handshakeTimeout?: number | undefined;
    /**
     * JSON schemas of the argument arrays, by event name.
     * @default {}
     */
    readonly schemas?: Readonly<Record<string, object | boolean>> | undefined;
    readonly socket?: SocketOptions | undefined;
    readonly limits?: LimitOptions | undefined;
}
interface ChildOptions extends RestartOptions {
    /** Environment of the child; `process.env` if not given. */
    readonly env?: Readonly<Record<string, string | undefined>> | undefined;
    /** Arguments for Node itself; `process.execArgv` if not given. */
    readonly execArgv?: readonly string[] | undefined;
}
/** What `fork()` takes. Restart options that are not given are those of `options()`. */
export interface ForkOptions extends ChildOptions {
    readonly cwd?: string | URL | undefined;
    /** The program to run; `process.execPath` if not given. */
    readonly execPath?: string | undefined;
    /** As in `child_process.spawn`; ipem adds one entry for its own link. */
    readonly stdio?: StdioOptions | undefined;
    /** Of the child's `process.send`, which ipem leaves to you. */
    readonly serialization?: 'json' | 'advanced' | undefined;
    readonly detached?: boolean | undefined;
    /** Stops the child when it is aborted. */
    readonly signal?: AbortSignal | undefined;
}
/** What `worker()` takes. Restart options that are not given are those of `options()`. */
export interface WorkerOptions extends ChildOptions {
    /** Arguments for the script. */
    readonly args?: readonly string[] | undefined;
}
export {};
