import { FrameKind } from '../wire/frame.js';
import type { Link, LinkCloseReason, LinkHandlers, LinkLimits } from './link.js';
import { Outbox } from './outbox.js';
export declare abstract class LinkBase implements Link {
    #private;
    abstract readonly kind: Link['kind'];
    protected readonly outbox: Outbox;
    constructor(limits: LinkLimits);
    /** Hands chunks to the medium. Only called when the previous ones are taken; `written()` answers it. */
    protected abstract write(chunks: Buffer[]): void;
    /** Bytes handed to `write` and not yet taken by the operating system. */
    protected abstract get pendingBytes(): number;
    /** Begins to read; called once. */
    protected abstract startReading(): void;
    protected abstract shut(error?: Error): void;
    /** Ends the medium after everything written; `disconnected()` answers it. */
    protected abstract finish(): void;
    abstract pause(): void;
    abstract resume(): void;
    abstract ref(): void;
    abstract unref(): void;
    get queuedBytes(): number;
    get needDrain(): boolean;
    get stalled(): boolean;
    get closed(): boolean;
    open(handlers: LinkHandlers): void;
    send(kind: FrameKind, body: Uint8Array): void;
    sendEvent(headerId: number, requestId: number, payload: Buffer, start: number, end: number): void;
    flush(): Promise<void>;
    end(deadlineMs: number): Promise<void>;
    destroy(error?: Error): void;
    /** A medium that cannot write synchronously gives up what it still holds. */
    flushSync(_deadlineMs: number): number;
    /** Bytes arrived. Malformed ones end the link, and only this link. */
    protected received(chunk: Buffer): void;
    /** The medium took all of the last `write`. */
    protected written(): void;
    /** The medium is gone, whoever ended it. Reported once. */
    protected disconnected(reason: LinkCloseReason): void;
    protected get midFrame(): boolean;
}
