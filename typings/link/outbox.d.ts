import { FrameKind } from '../wire/frame.js';
export declare class Outbox {
    #private;
    /** Bytes not yet taken. */
    get bytes(): number;
    addFrame(kind: FrameKind, body: Uint8Array): void;
    /** One event frame, written in place: header id, request id, payload. */
    addEvent(headerId: number, requestId: number, payload: Buffer, start: number, end: number): void;
    /** True when a full slab waits: it should leave before the end of the tick. */
    get full(): boolean;
    /** All that is queued, in order; the outbox is empty afterwards. */
    take(): Buffer[];
    /** The sink has taken every byte: the slab can be written from its start again. */
    reuse(): void;
}
/**
 * Frames that are not whole in the first `written` bytes of what an outbox gave.
 * An outbox never splits a frame's head over two chunks.
 */
export declare function countFrames(chunks: readonly Buffer[], written?: number): number;
