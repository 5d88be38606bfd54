import type { LinkLimits } from './link.js';
import { LinkBase } from './link-base.js';
/** `process` in the child, the ChildProcess in the parent. */
export interface IpcChannel {
    readonly connected: boolean;
    send?(message: unknown, handle: undefined, options: undefined, callback: (error: Error | null) => void): boolean;
    on(event: string, listener: (message: unknown) => void): unknown;
    off(event: string, listener: (message: unknown) => void): unknown;
    readonly channel?: {
        ref?(): void;
        unref?(): void;
    } | null | undefined;
}
export declare class ProcessLink extends LinkBase {
    #private;
    readonly kind = "process";
    constructor(channel: IpcChannel, limits: LinkLimits);
    protected startReading(): void;
    protected write(chunks: Buffer[]): void;
    protected get pendingBytes(): number;
    protected shut(): void;
    protected finish(): void;
    pause(): void;
    resume(): void;
    ref(): void;
    unref(): void;
}
