import type { ProcessInfo, TreeNode } from '../process-info.js';
export declare class Topology<L> {
    #private;
    /** Pids from the parent up to the grand master; empty for the grand master. */
    way: readonly string[];
    constructor(self: string);
    /** Processes below this one. */
    get size(): number;
    below(pid: string): L | undefined;
    infoOf(pid: string): ProcessInfo | undefined;
    parentOf(pid: string): string | undefined;
    /** Every process below, parents before their children. */
    descendants(): Iterable<{
        info: ProcessInfo;
        parent: string;
    }>;
    /**
     * @throws ERR_IPEM_PROTOCOL the parent named does not live behind this link
     */
    add(link: L, info: ProcessInfo, parent: string): void;
    /** Takes a process and all below it out. Answers who is gone, deepest first. */
    remove(pid: string): ProcessInfo[];
    tree(self: ProcessInfo): TreeNode;
}
