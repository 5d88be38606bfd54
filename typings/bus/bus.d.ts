import { IpemError } from '../errors.js';
import { type Message } from '../message.js';
import type { OfflineInfo, ProcessInfo } from '../process-info.js';
import { FrameKind } from '../wire/frame.js';
import { Members } from './members.js';
import type { Neighbour } from './neighbour.js';
import { OwnTracks } from './own-tracks.js';
import { Track } from './track.js';
export interface BusLimits {
    readonly maxPayload: number;
    readonly hardLimit: number;
    readonly headerRing: number;
    readonly maxInterestNames: number;
    /** How long a vanished listener may come back before the neighbours are told, in ms. */
    readonly lateRemovalMs: number;
}
/** What the rest of the process is told. Called synchronously, in the order of arrival. */
export interface BusOwner {
    /** Whether to decode and hand over an event of this name at all. */
    listens(event: string): boolean;
    onMessage(message: Message): void;
    /** A message of type request, answer or notice. */
    onControl(message: Message, requestId: number): void;
    onPresence(message: Message, pid: string): void;
    onChildOnline(child: Neighbour): void;
    /** A message of this process could not be delivered; `requestId` 0 for events. */
    onUndelivered(error: IpemError, requestId: number): void;
    /** A message that came in cannot be read; it is dropped. */
    onUnreadable(error: IpemError): void;
    /** All links have drained. */
    onDrain(): void;
}
export declare class Bus {
    #private;
    readonly members: Members;
    readonly own: OwnTracks;
    /** Payloads decoded here since the start; a relay's stays what it was. */
    decoded: number;
    constructor(info: ProcessInfo, limits: BusLimits, owner: BusOwner);
    /** Every link with a living neighbour. */
    neighbours(): Iterable<Neighbour>;
    get needDrain(): boolean;
    /**
     * Sends a message of this process. Where nobody listens nothing is encoded.
     * @throws ERR_IPEM_UNSERIALIZABLE, ERR_IPEM_TOO_LARGE
     */
    send(track: Track, args: readonly unknown[], requestId?: number): void;
    /** As `send`, for a message that was encoded while it had to wait. */
    sendEncoded(track: Track, payload: Buffer, requestId: number): void;
    /** One frame of a neighbour that is past its handshake. Throws to have that neighbour cut off. */
    onFrame(from: Neighbour, kind: FrameKind, bytes: Buffer, start: number, end: number): void;
    onDrain(neighbour: Neighbour): void;
    onStall(neighbour: Neighbour): void;
    /** The link is gone: whoever lived behind it is offline. */
    remove(neighbour: Neighbour, info: OfflineInfo): void;
}
