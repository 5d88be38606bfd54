import type { Readable } from 'node:stream';
import type { PlainConfig } from '../config/resolved.js';
import { type Sink } from './log-file.js';
import { type LogFields } from './logger.js';
type OutputConfig = Pick<PlainConfig, 'stdoutPath' | 'stderrPath' | 'json' | 'daemonize'>;
export declare class Outputs {
    #private;
    /** @throws the error of the file system */
    constructor(config: OutputConfig);
    get stderr(): Pick<Sink, 'write'>;
    /** Workers write into pipes; else they have inherited the terminal or whatever the master has. */
    get piped(): boolean;
    /**
     * From now on by this configuration.
     *
     * @throws the error of the file system; all is as before then
     */
    configure(config: OutputConfig): void;
    /** @throws the error of the file system, after the others are open */
    reopen(): void;
    /**
     * Takes what a worker prints until it has closed both.
     *
     * @returns the end of what it wrote to standard error
     */
    relay(stdout: Readable | null, stderr: Readable | null, facts: LogFields): () => string;
    close(): void;
}
export {};
