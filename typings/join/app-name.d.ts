/** The name of an application that has none. */
export declare const FALLBACK_NAME = "ipem";
export interface AppNameSources {
    /** `process.argv[1]` */
    readonly mainScript: string | undefined;
    readonly cwd: string;
    /** The path without symbolic links, or null where nothing is there. */
    realpath(file: string): string | null;
    /** The text of a file, or null where it cannot be read. */
    read(file: string): string | null;
}
/**
 * The name in the nearest package.json above the main script that is not in a node_modules folder, else above the
 * working directory, else `'ipem'`. A package.json without a name (a bare `{"type":"module"}`) is passed over.
 */
export declare function appName(sources: AppNameSources): string;
/** {@link appName} of this process. Reads a few files synchronously. */
export declare function ownAppName(): string;
