import type { HandedListener } from './listeners.js';
/** How this process was started, as it was then. */
export interface Command {
    readonly execPath: string;
    readonly args: readonly string[];
    readonly cwd: string;
    readonly env: Readonly<NodeJS.ProcessEnv>;
}
/** To be asked for before anything changes the directory or the environment. */
export declare function ownCommand(): Command;
export declare class Successor {
    #private;
    /**
     * @param onEnd it has ended, or never started
     */
    constructor(command: Command, listeners: readonly HandedListener[], onEnd: (how: string) => void);
    get pid(): number | undefined;
    get alive(): boolean;
}
