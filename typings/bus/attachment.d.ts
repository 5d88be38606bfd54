import { IpemError } from '../errors.js';
import type { Link, LinkCloseReason, LinkHandlers } from '../link/link.js';
import type { ProcessRole } from '../process-info.js';
import { FrameKind } from '../wire/frame.js';
import { type PeerInfo } from '../wire/handshake.js';
import type { Bus } from './bus.js';
import { Neighbour } from './neighbour.js';
export interface AttachmentOwner {
    readonly bus: Bus;
    readonly headerRing: number;
    readonly flushDeadlineMs: number;
    /** What this process says of itself. */
    identity(): PeerInfo;
    /** The parent welcomed us; its interest is known. */
    onParent(parent: Neighbour): void;
    /** A child gave its name and is in the tree. */
    onChild(child: Neighbour): void;
    /** The other side refused us, or what it sent made us refuse it. */
    onRefused(neighbour: Neighbour, error: IpemError): void;
    /** The link has ended. The owner takes the neighbour out of the bus, when it knows why. */
    onGone(neighbour: Neighbour, reason: LinkCloseReason): void;
}
export declare class Attachment implements LinkHandlers {
    #private;
    readonly neighbour: Neighbour;
    /** The other side said goodbye. */
    saidBye: boolean;
    private constructor();
    /** A child is to come in over this link; `peer` where a handshake has already shown who it is. */
    static child(owner: AttachmentOwner, link: Link, role: ProcessRole, peer?: PeerInfo | null): Attachment;
    /** A parent is at the other end; `greeted` where a handshake has already told it who we are. */
    static parent(owner: AttachmentOwner, link: Link, role: ProcessRole, greeted: boolean): Attachment;
    get live(): boolean;
    /** Give the neighbour up after `misses` rounds of silence; `dead` says what then. */
    watch(intervalMs: number, misses: number, dead: () => void): void;
    /** Tell the other side why it cannot stay, then close. */
    refuse(error: IpemError): void;
    onFrame(kind: FrameKind, bytes: Buffer, start: number, end: number): void;
    onDrain(): void;
    onStall(): void;
    onMalformed(error: IpemError): void;
    onClose(reason: LinkCloseReason): void;
}
