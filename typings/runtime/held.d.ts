import type { Track } from '../bus/track.js';
export declare class Held {
    #private;
    constructor(maxBytes: number, maxPayload: number);
    /** @throws ERR_IPEM_OVERFLOW, ERR_IPEM_UNSERIALIZABLE, ERR_IPEM_TOO_LARGE */
    add(track: Track, args: readonly unknown[], requestId: number): void;
    get size(): number;
    /** Hands every message over, in order; also those that are added meanwhile. */
    release(send: (track: Track, payload: Buffer, requestId: number) => void): void;
}
