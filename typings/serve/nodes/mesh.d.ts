import { type Socket } from 'node:net';
import type { default as ipem } from '../../index.js';
type Bus = typeof ipem;
/** A process that takes part. */
export interface Peer {
    /** `master` or `child-N`. */
    readonly id: string;
    /** In the tree. */
    readonly pid: string;
}
/** A raw stream to another node. */
export type NodeStream = Socket & {
    /** Of the node at the other end. */
    readonly id: string;
};
/** A node asks another one for a token, by its id. Answers with the token in hexadecimal. */
export declare const TOKEN = "ipem-serve.token";
export interface MeshOptions {
    readonly bus: Bus;
    readonly id: string;
    /** A private folder, the same for all nodes. */
    readonly folder: string;
    onStream(stream: NodeStream): void;
}
export declare class Mesh {
    #private;
    constructor(options: MeshOptions);
    /** Open streams, by the id of the node at their other end. */
    get streams(): ReadonlyMap<string, NodeStream>;
    /** Can be called from now on. */
    open(): Promise<void>;
    /** Dials one who was there before. */
    dial(peer: Peer): void;
    /** It is gone: no more calls. Its stream closes by itself. */
    forget(id: string): void;
    close(): void;
}
export {};
