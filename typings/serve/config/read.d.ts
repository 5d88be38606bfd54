import type { ServeConfig } from './config-types.js';
import type { ResolvedConfig } from './resolved.js';
/** What stays the same when the configuration is read again. */
export interface Origin {
    readonly flags: ServeConfig;
    /** Absolute. */
    readonly configPath: string | undefined;
    readonly cwd: string;
}
/** @throws ERR_IPEM_CONFIG */
export declare function readConfig({ flags, configPath, cwd }: Origin): Promise<ResolvedConfig>;
/** The file that is meant: with its extension, and the one a folder stands for. */
export declare function resolveApp(app: string): string | undefined;
