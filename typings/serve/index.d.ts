import type { ServeConfig } from './config/config-types.js';
import { ServeServer } from './serve-server.js';
/** What `serve()` takes. */
export interface ServeOptions extends ServeConfig {
    /** A configuration file. What stands beside it in the options wins over it. */
    readonly config?: string | undefined;
    /**
     * Answer the signals of `docs/signals.md`.
     * @default true
     */
    readonly handleSignals?: boolean | undefined;
    /**
     * Other processes of this user may control it: `ipem reload`, `connectServer()` and the like.
     * @default true
     */
    readonly control?: boolean | undefined;
}
/**
 * Serves an app from several processes, the workers, which are cluster workers on the tree of `ipem`. Resolves when all
 * of them serve.
 *
 * ```ts
 * const server = await serve({ workerApp: './app.js', listenPort: 3000, workers: 4 })
 * await server.reload()
 * ```
 *
 * Not guaranteed: that a worker which is killed has answered what it was asked.
 *
 * @throws ERR_IPEM_CONFIG the options or the configuration file are wrong; `problems` has a line for each
 * @throws ERR_IPEM_LISTEN an address cannot be bound
 * @throws ERR_IPEM_APP the app does not start; the message has the app's own error
 * @throws ERR_IPEM_HOOK a hook has thrown
 * @throws ERR_IPEM_RUNNING the pidfile names a process that lives
 * @throws ERR_IPEM_ALREADY_STARTED this process serves already
 * Source: the readme of tiamat.
 */
export declare function serve(options: ServeOptions): Promise<ServeServer>;
/**
 * Looks whether the options and the configuration file are right, and starts nothing.
 *
 * @throws ERR_IPEM_CONFIG `problems` has a line for each thing that is wrong
 */
export declare function checkConfig(options: ServeOptions): Promise<void>;
export type { ListenerOptions, ServeConfig, ServeFacts, TcpListenerOptions, UnixListenerOptions, WorkerExit, } from './config/config-types.js';
export { type ConnectOptions, connectServer, type ListedServer, listServers } from './control/connect-server.js';
export type { ServerControl } from './control/control-client.js';
export type { ServerStatus, WorkerStatus } from './control/server-status.js';
export { listen } from './nodes/listen.js';
export type { NodeStream } from './nodes/mesh.js';
export { Nodes, type NodesEvents, type NodesOptions } from './nodes/nodes.js';
export type { WorkerInfo } from './serve-server.js';
export type { FrameEvent, FrameEventHandler, FrameEventListener } from './streams/frame-events.js';
export type { FrameStreamOptions } from './streams/frame-options.js';
export { type FramableStream, FramedStream, type FramedStreamEvents, frameStream } from './streams/frame-stream.js';
export { ServeServer };
