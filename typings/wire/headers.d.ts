import type { MessageTypeNumber } from '../message.js';
/** Most bytes of an encoded header. */
export declare const MAX_HEADER_BYTES = 8192;
/**
 * A header as it stands on the wire: `pids` ends with the process that sends it, `route` holds the hops that
 * are left for the process that gets it (target first), or null where the topology finds the way.
 */
export interface WireHeader {
    readonly type: MessageTypeNumber;
    readonly event: string;
    readonly pids: readonly string[];
    readonly to: string | null;
    readonly route: readonly string[] | null;
}
/**
 * The bytes of a header without its id; one header object can be sent on many links.
 * @throws ERR_IPEM_TOO_LARGE
 */
export declare function encodeHeader(header: WireHeader): Buffer;
/** The body of a header frame: the id and the header's bytes. */
export declare function headerFrameBody(id: number, bytes: Buffer): Buffer;
/** @throws ERR_IPEM_PROTOCOL whatever is wrong with the bytes */
export declare function parseHeaderFrame(bytes: Buffer, start: number, end: number): {
    id: number;
    header: WireHeader;
};
/** The sending side of a link: which header has which id. The oldest id is reused when the ring is full. */
export declare class HeaderRing<H> {
    #private;
    constructor(size: number);
    /** The id under which the other end knows this header, if it does. */
    idOf(header: H): number | undefined;
    /** Takes the next id for a header that has none; the header frame must be sent before the next event. */
    define(header: H): number;
}
