import type { Socket } from 'node:net';
import type { LinkLimits } from './link.js';
import { LinkBase } from './link-base.js';
export declare class StreamLink extends LinkBase {
    #private;
    readonly kind: 'pipe' | 'socket';
    /** `rest`: bytes that were read from the socket before it was handed over. */
    constructor(socket: Socket, kind: 'pipe' | 'socket', limits: LinkLimits, rest?: Buffer | null);
    protected startReading(): void;
    protected write(chunks: Buffer[]): void;
    protected get pendingBytes(): number;
    protected shut(): void;
    protected finish(): void;
    pause(): void;
    resume(): void;
    ref(): void;
    unref(): void;
    flushSync(deadlineMs: number): number;
}
