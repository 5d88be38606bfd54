/**
 * Look for a script as Node does for its main module.
 *
 * Only to be asked after a crash: with a loader or another `execPath` a child may well run what is not found here.
 *
 * @returns the error of the module loader, undefined if the script is there
 */
export declare function findScriptError(script: string | URL, cwd: string | URL | undefined): Error | undefined;
