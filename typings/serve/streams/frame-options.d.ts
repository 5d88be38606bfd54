import type { Duplex } from 'node:stream';
/** What can be framed: a socket, or any duplex stream of bytes. */
export type FramableStream = Duplex & {
    readonly id?: string;
    readonly connecting?: boolean;
};
export interface FrameStreamOptions {
    /**
     * The largest payload, in bytes of JSON or binary, that is sent or taken. 1 to 1 GiB.
     * @default 67108864
     */
    readonly maxPayload?: number | undefined;
}
/** @throws ERR_IPEM_INVALID_OPTION */
export declare function maxPayloadOf({ maxPayload, ...unknown }: FrameStreamOptions): number;
/** @throws ERR_IPEM_INVALID_ARG */
export declare function checkStream(stream: Partial<FramableStream> | null): void;
