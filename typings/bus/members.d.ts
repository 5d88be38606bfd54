import type { FrameKind as Kind } from '../wire/frame.js';
import { type Message } from '../message.js';
import type { OfflineInfo, ProcessInfo, TreeNode } from '../process-info.js';
import type { Position } from '../routing/router.js';
import type { Whereabouts } from '../routing/trust.js';
import type { Neighbour } from './neighbour.js';
/** What the rest of the process is told. */
export interface MembersOwner {
    /** `online` or `offline` of some process, for the listeners here. */
    onPresence(message: Message, pid: string): void;
    /** A direct child announced itself. */
    onChildOnline(child: Neighbour): void;
    /** Frames about the tree, to a neighbour. */
    send(to: Neighbour, kind: Kind, body: Uint8Array): void;
}
export declare class Members implements Position<Neighbour>, Whereabouts<Neighbour> {
    #private;
    readonly self: string;
    readonly children: Set<Neighbour>;
    parent: Neighbour | null;
    isGrandMaster: boolean;
    constructor(info: ProcessInfo, maxNames: number, lateRemovalMs: number, owner: MembersOwner);
    /** Changes whenever a routing decision could. */
    get version(): number;
    get way(): readonly string[];
    /** Pids of this process and those above it, as a child of ours sees its way up. */
    get wayForChildren(): readonly string[];
    neighbour(pid: string): Neighbour | undefined;
    below(pid: string): Neighbour | undefined;
    pidOf(link: Neighbour): string;
    wants(link: Neighbour, event: string): boolean;
    /** Listeners of this process. */
    setListening(event: string, listening: boolean): void;
    /** While watching, every `offline` in the tree is reported here, listeners or not. */
    setWatching(watching: boolean): void;
    tree(): TreeNode;
    /** Every process this one knows below itself. */
    pidsBelow(): string[];
    get size(): number;
    /**
     * Takes a child in that has proven who it is; its interest and its own subtree follow as frames.
     * @throws ERR_IPEM_DUPLICATE_PID, ERR_IPEM_RING
     */
    addChild(child: Neighbour, info: ProcessInfo): void;
    /**
     * The parent has welcomed us.
     * @throws ERR_IPEM_RING our own pid, or one below us, is on its way up
     */
    setParent(parent: Neighbour, pid: string, way: readonly string[]): void;
    /** Nobody is above: this process is the grand master from now on. */
    becomeGrandMaster(): void;
    /** After the handshake: this process and all below it, parents first. */
    announce(parent: Neighbour): void;
    /** A link is gone, and everybody behind it. Reports each lost process, deepest first. */
    remove(gone: Neighbour, info: OfflineInfo): void;
    /** @throws ERR_IPEM_PROTOCOL, ERR_IPEM_RING: the neighbour is to be cut off */
    onInterest(from: Neighbour, bytes: Buffer, start: number, end: number): void;
    /** @throws ERR_IPEM_PROTOCOL, ERR_IPEM_RING: the neighbour is to be cut off */
    onTopology(from: Neighbour, bytes: Buffer, start: number, end: number): void;
}
