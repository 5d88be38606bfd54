import type { Place } from '../listener.js';
import type { Sticky } from '../sticky.js';
import type { ServeConfig } from './config-types.js';
export type LogLevel = NonNullable<ServeConfig['loglevel']>;
/** Functions of the user's, by the names in {@link ServeConfig}. */
export type Hooks = Pick<ServeConfig, 'beforeExec' | 'beforeFork' | 'afterFork' | 'afterWorkerReady' | 'afterWorkerExit'>;
/** What can travel to a worker as JSON: everything but the hooks. All paths are absolute. */
export interface PlainConfig {
    readonly configPath: string | undefined;
    readonly workerApp: string;
    readonly args: readonly string[];
    readonly nodeArgs: readonly string[];
    readonly workers: number;
    /** Where to serve. An app that listens by itself decides where unless somebody has said so: `placesGiven`. */
    readonly places: readonly Place[];
    readonly placesGiven: boolean;
    readonly accept: 'auto' | 'shared' | 'round-robin' | 'reuseport';
    readonly sticky: Sticky | undefined;
    readonly maxRequests: number;
    readonly maxMemory: number;
    /** Seconds, as users write them. */
    readonly timeout: number;
    readonly bootTimeout: number;
    readonly stopDelay: number;
    readonly signals: 'graceful' | 'unicorn';
    readonly daemonize: boolean;
    readonly workingDirectory: string;
    readonly stdoutPath: string | undefined;
    readonly stderrPath: string | undefined;
    readonly pidfile: string | undefined;
    readonly loglevel: LogLevel;
    readonly json: boolean;
    /** The keys of the user's, as given, for those who ask: `tcp`, `listenPort`, `app` and so on. */
    readonly given: Readonly<Record<string, unknown>>;
}
export interface ResolvedConfig {
    readonly plain: PlainConfig;
    readonly hooks: Hooks;
}
/** Milliseconds a worker has to finish its requests when it leaves. */
export declare function graceMs({ timeout }: PlainConfig): number;
