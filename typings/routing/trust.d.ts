import type { Routable } from './router.js';
/** What a process knows of who is where, as far as trust is concerned. */
export interface Whereabouts<L> {
    readonly self: string;
    /** The child link behind which this process lives. */
    below(pid: string): L | undefined;
    pidOf(link: L): string;
}
/**
 * Says why `pids` cannot have come over this link, or null when it can.
 * From a child every hop must live behind that link; from the parent none may live in our own part of the tree.
 */
export declare function distrust<L>(message: Routable, link: L, fromParent: boolean, where: Whereabouts<L>): string | null;
