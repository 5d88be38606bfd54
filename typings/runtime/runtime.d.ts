import { Attachment, type AttachmentOwner } from '../bus/attachment.js';
import { Bus, type BusOwner } from '../bus/bus.js';
import type { Neighbour } from '../bus/neighbour.js';
import type { Track } from '../bus/track.js';
import { IpemError } from '../errors.js';
import type { Link, LinkCloseReason, LinkLimits } from '../link/link.js';
import { type Message } from '../message.js';
import type { ResolvedOptions } from '../options.js';
import type { ProcessInfo, ProcessRole } from '../process-info.js';
import { Requests } from '../request/requests.js';
import type { PeerInfo } from '../wire/handshake.js';
import type { Faults } from './faults.js';
/** What the emitter is told. */
export interface RuntimeOwner {
    listens(event: string): boolean;
    /** A message for the listeners of its event. */
    onMessage(message: Message): void;
    onReady(): void;
    onDrain(): void;
}
/** What happens to links, for those who made them. */
export interface RuntimeParts {
    onReady(): void;
    onParentLost(reason: LinkCloseReason, error: IpemError | null): void;
    onChildOnline(child: Neighbour): void;
    /** True when the part reports the end later, because it waits for the exit of the process. */
    onChildLost(child: Neighbour, reason: LinkCloseReason): boolean;
}
export declare class Runtime implements AttachmentOwner, BusOwner {
    #private;
    readonly options: ResolvedOptions;
    readonly bus: Bus;
    readonly requests: Requests;
    readonly faults: Faults;
    readonly linkLimits: LinkLimits;
    /** Set right after construction by the composition root. */
    parts: RuntimeParts | null;
    constructor(info: ProcessInfo, name: string, options: ResolvedOptions, faults: Faults, owner: RuntimeOwner);
    get headerRing(): number;
    get flushDeadlineMs(): number;
    get ready(): boolean;
    /** The way up was known once: children may come in. */
    get open(): boolean;
    get closing(): boolean;
    identity(): PeerInfo;
    /** @throws ERR_IPEM_CLOSED and what the payload codec throws */
    send(track: Track, args: readonly unknown[], requestId?: number): void;
    /** Takes a link to a parent; `onParent` follows, or `onParentLost`. */
    attachParent(link: Link, role: ProcessRole, greeted: boolean): Attachment;
    /** Takes a link over which a child comes in. */
    attachChild(link: Link, role: ProcessRole, peer?: PeerInfo | null): Attachment;
    becomeGrandMaster(): void;
    onParent(parent: Neighbour): void;
    onChild(_child: Neighbour): void;
    onChildOnline(child: Neighbour): void;
    onRefused(neighbour: Neighbour, error: IpemError): void;
    onGone(neighbour: Neighbour, reason: LinkCloseReason): void;
    /** Takes a neighbour whose link has ended out of the tree. */
    lose(neighbour: Neighbour, info: {
        code: number | null;
        signal: string | null;
        reason: string;
    }): void;
    listens(event: string): boolean;
    onMessage(message: Message): void;
    onControl(message: Message, requestId: number): void;
    onPresence(message: Message, pid: string): void;
    onUndelivered(error: IpemError, requestId: number): void;
    onUnreadable(error: IpemError): void;
    onDrain(): void;
    links(): Link[];
    setReferenced(referenced: boolean): void;
    /** From now on nothing new begins; what is under way may end. */
    beginClose(): void;
    endLinks(): Promise<void>;
}
export declare function closed(): IpemError;
