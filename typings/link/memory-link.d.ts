import type { LinkLimits } from './link.js';
import { LinkBase } from './link-base.js';
/** Runs a task later; the default is `setImmediate`, a test may collect the tasks and run them itself. */
export type Scheduler = (task: () => void) => void;
export declare class MemoryLink extends LinkBase {
    #private;
    readonly kind = "memory";
    constructor(limits: LinkLimits, schedule: Scheduler);
    /** Two ends of one link. */
    static pair(limits: LinkLimits, schedule?: Scheduler): [MemoryLink, MemoryLink];
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
