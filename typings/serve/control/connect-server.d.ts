import { ServerControl } from './control-client.js';
import { type ServerChoice } from './find-servers.js';
import type { ServerStatus } from './server-status.js';
/** What `connectServer()` takes. */
export interface ConnectOptions extends ServerChoice {
    /**
     * Milliseconds for each answer. Without it 5 s, and what may take long (`reload`, `scale`, `stop`) as long as it takes.
     */
    readonly timeoutMs?: number | undefined;
}
/** A server of this user. */
export type ListedServer = ({
    readonly answers: true;
} & ServerStatus) | {
    readonly answers: false;
    /** Of the master. */
    readonly pid: number;
    readonly reason: string;
};
/**
 * Joins a running server of this user, to control it: the one with this pid or pidfile, or the only one there is.
 *
 * ```ts
 * await using server = await connectServer({ pidfile: '/run/shop.pid' })
 * await server.reload()
 * ```
 *
 * Not from a process that has a parent on a bus, a worker for instance.
 *
 * @throws ERR_IPEM_NO_SERVER there is none, or there are several; `pids` has theirs
 * @throws ERR_IPEM_TIMEOUT it does not answer
 */
export declare function connectServer(options?: ConnectOptions): Promise<ServerControl>;
/**
 * All servers of this user that can be controlled, by their pids. One that does not answer in time is there too, with
 * `answers: false`.
 *
 * @param options.timeoutMs 2 s if not given
 * @throws ERR_IPEM_NO_SERVER the folder of their sockets is not a private one of this user
 */
export declare function listServers({ timeoutMs, }?: {
    readonly timeoutMs?: number | undefined;
}): Promise<ListedServer[]>;
