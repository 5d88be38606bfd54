/** The kinds of frame, as they stand on the wire. */
export declare const FrameKind: Readonly<{
    readonly hello: 1;
    readonly welcome: 2;
    readonly refuse: 3;
    readonly topology: 4;
    readonly header: 5;
    readonly event: 6;
    readonly interest: 7;
    readonly ping: 8;
    readonly pong: 9;
    readonly bye: 10;
}>;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];
/** Bytes before the body: the length and the kind. */
export declare const FRAME_HEAD = 5;
/** Longest varint written here: 53 bits in groups of seven. */
export declare const MAX_VARINT = 8;
/** Writes the five bytes before a body of `bodyLength` bytes. Returns the offset behind them. */
export declare function writeFrameHead(target: Buffer, offset: number, kind: FrameKind, bodyLength: number): number;
/** One frame as a buffer of its own; for the rare frames, not for events. */
export declare function encodeFrame(kind: FrameKind, body: Uint8Array): Buffer;
/** Writes a whole number below 2^53, seven bits a byte, lowest first. Returns the offset behind it. */
export declare function writeVarint(target: Buffer, offset: number, value: number): number;
export declare function varintLength(value: number): number;
/** Reads varints from a frame body; `offset` stands behind the last one read. */
export declare class VarintReader {
    offset: number;
    read(bytes: Buffer, offset: number, end: number): number;
}
export type FrameSink = (kind: FrameKind, bytes: Buffer, start: number, end: number) => void;
/**
 * Cuts a byte stream into frames, however the bytes are split. Frames that lie whole in a chunk are reported
 * in place; a frame split over chunks is gathered once in a buffer of its exact size.
 */
export declare class FrameReader {
    #private;
    constructor(maxFrame: number, sink: FrameSink);
    /** Largest frame taken from now on, in bytes of kind and body. */
    set maxFrame(value: number);
    /** After this no frame is reported any more, also not from the chunk being read. */
    stop(): void;
    /**
     * @throws ERR_IPEM_PROTOCOL a frame that is empty, oversized or of an unknown kind: the stream is beyond repair
     */
    push(chunk: Buffer): void;
    /** True in the middle of a frame: an end of the stream here is a broken one. */
    get midFrame(): boolean;
}
