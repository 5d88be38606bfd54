import type { ChildProcess, IOType, StdioOptions } from 'node:child_process';
import { Socket } from 'node:net';
/** The variable that tells a child where its link is: `<fd>:<parent's OS pid>`. */
export declare const LINK_VARIABLE = "IPEM_LINK";
type StdioSlots = Exclude<StdioOptions, IOType>;
/**
 * Add the slot of the link to the stdio of a child, and the `ipc` slot that `fork` insists on.
 *
 * @param stdio the user's; without it, what `fork` does by default
 * @throws ERR_IPEM_INVALID_ARG for a `net.Server` in a slot
 */
export declare function withLinkSlot(stdio?: StdioOptions): {
    stdio: StdioSlots;
    fd: number;
};
/** The value of {@link LINK_VARIABLE} for a child whose link is at `fd`. */
export declare function linkVariable(fd: number): string;
/** Our end of the pair at `fd` of the child. */
export declare function socketAt(child: ChildProcess, fd: number): Socket | null;
export {};
