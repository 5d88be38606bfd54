import { EventEmitter } from 'eventemitter3';
import { IpemError } from '../../index.js';
import { type FrameEvent, type FrameEventHandler, type FrameEventListener } from './frame-events.js';
import { type FramableStream, type FrameStreamOptions } from './frame-options.js';
export type { FramableStream, FrameEvent, FrameEventHandler, FrameEventListener, FrameStreamOptions };
export interface FramedStreamEvents {
    /** A value from the other side; a Buffer where it sent binary. */
    message: [value: any];
    /** `send` has returned false, and now there is room again. */
    drain: [];
    /** The stream is broken and destroyed; `close` follows. Without a listener it is a process warning. */
    error: [error: IpemError];
    /** Nothing comes or goes any more. */
    close: [];
}
/** Values over a stream of bytes. Made by `frameStream()`. */
export declare class FramedStream extends EventEmitter<FramedStreamEvents> {
    #private;
    static readonly CONNECTING = 0;
    static readonly OPEN = 1;
    static readonly CLOSING = 2;
    static readonly CLOSED = 3;
    readonly CONNECTING = 0;
    readonly OPEN = 1;
    readonly CLOSING = 2;
    readonly CLOSED = 3;
    /** The stream below. To destroy it closes at once, to pause it keeps messages from coming. */
    readonly stream: FramableStream;
    onmessage: FrameEventHandler<this> | null;
    onerror: FrameEventHandler<this> | null;
    onclose: FrameEventHandler<this> | null;
    /** Who is at the other end, where the stream knows: `master`, `child-1`. */
    get id(): string | undefined;
    /** CONNECTING, OPEN, CLOSING or CLOSED. What is sent while it is CONNECTING goes out later. */
    get readyState(): 0 | 1 | 2 | 3;
    /** Bytes that the system has not taken yet. */
    get bufferedAmount(): number;
    /**
     * Sends a value: a string, a number, a boolean, null, an object or an array of these, or binary by itself.
     *
     * Not guaranteed: that it arrives, if the other side goes.
     *
     * @returns false when more waits than the stream likes; it goes out nevertheless, and `drain` follows
     * @throws ERR_IPEM_UNSERIALIZABLE JSON would change it; `path` says where
     * @throws ERR_IPEM_TOO_LARGE it has more than `maxPayload` bytes
     * @throws ERR_IPEM_CLOSED this side or the other one has closed
     */
    send(value: unknown): boolean;
    /** Sends what waits, then says that no more comes. Messages still do until the other side has closed too. */
    close(): void;
    /** As in the browser: once for each listener, which gets an event. */
    addEventListener(type: 'message' | 'error' | 'close', listener: FrameEventListener<this>, options?: boolean | {
        readonly once?: boolean;
    }): void;
    removeEventListener(type: 'message' | 'error' | 'close', listener: FrameEventListener<this>): void;
}
/**
 * Frames a stream of bytes: values in, values out, as over a WebSocket. The other side has to frame it too; one with the
 * `frameStream` of the old multi-node understands everything but binary.
 *
 * ```ts
 * const framed = frameStream(stream)
 * framed.on('message', (value) => {})
 * framed.send({ foo: 'bar' })
 * ```
 *
 * Messages come from the next tick on, whether somebody listens or not, unless the stream is paused. A listener that
 * throws keeps nothing else from working; its error is thrown again from `process.nextTick`.
 *
 * @throws ERR_IPEM_INVALID_ARG, ERR_IPEM_INVALID_OPTION
 * Source: the readme of multi-node, «Framing»; the bytes are those of draft-hixie-thewebsocketprotocol-76.
 */
export declare function frameStream(stream: FramableStream, options?: FrameStreamOptions): FramedStream;
