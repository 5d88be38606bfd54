import { Socket } from 'node:net';
export type Inherited = {
    readonly socket: Socket;
} | 'none' | 'taken';
/**
 * Takes the inherited link and removes its name, so that no grandchild finds a descriptor it does not have.
 * A name that was not meant for us (another parent, no socket) is removed and ignored.
 */
export declare function takeInherited(env?: NodeJS.ProcessEnv): Inherited;
