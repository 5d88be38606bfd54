import type { TreeNode } from './process-info.js';
/** Draws a tree as `ipem.tree()` gives it: pid, role and, where they differ from the root's, title and host. */
export declare function printTree(root: TreeNode): string;
