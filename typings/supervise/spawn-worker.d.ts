import type { Spawned } from './child-spec.js';
/** Everything else is in `cluster.settings`, which the user owns. */
export interface SpawnWorkerOptions {
    /** Added to the parent's environment, as in `cluster.fork`. */
    readonly env?: NodeJS.ProcessEnv;
    /** Arguments of this worker. @default cluster.settings.args */
    readonly args?: readonly string[];
    /** @default cluster.settings.execArgv */
    readonly execArgv?: readonly string[];
}
/**
 * Start a worker of the cluster that this process is the primary of.
 *
 * `cluster.settings` is as before when it returns.
 *
 * @throws ERR_IPEM_NOT_PRIMARY in a cluster worker
 */
export declare function spawnWorker(options: SpawnWorkerOptions): Spawned;
