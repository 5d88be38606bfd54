export interface FolderSources {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly temporary: string;
    /** Undefined where files have no such owner (Windows): there is no control. */
    readonly uid: number | undefined;
}
/** Where, and whose it has to be. */
export interface ControlFolder {
    readonly path: string;
    readonly uid: number;
}
/**
 * `$XDG_RUNTIME_DIR/ipem-serve`, else a folder with the number of the user in the one for temporary files. Null where
 * there is no control.
 *
 * Source: XDG Base Directory Specification, which also says that a relative path is to be ignored.
 */
export declare function controlFolder({ env, temporary, uid }?: FolderSources): ControlFolder | null;
/** Makes it if need be. @returns why it cannot be used, null if it can */
export declare function makeFolder(folder: ControlFolder): string | null;
/**
 * Somebody else may have made it first, where everybody may: who owns it decides who listens at its names.
 *
 * @returns why it cannot be used, null if it can, undefined if it is not there
 */
export declare function folderProblem({ path: folder, uid }: ControlFolder): string | null | undefined;
export declare function socketFile(folder: ControlFolder, pid: number): string;
