import type { default as ipem } from '../../index.js';
import type { CrewHooks, Equipment } from './crew-types.js';
import { WorkerProcess } from './worker-process.js';
type Bus = typeof ipem;
export declare class Crew {
    #private;
    target: number;
    generation: number;
    stopping: boolean;
    /** @param restarting a worker that ends by itself is replaced */
    constructor(bus: Bus, equipment: () => Equipment, hooks: CrewHooks, restarting?: boolean);
    get members(): readonly WorkerProcess[];
    /** Those who serve. */
    get ready(): readonly WorkerProcess[];
    /** True if everybody who is wanted serves, with the newest code, and nobody else is left to be sent away. */
    get settled(): boolean;
    /** As many serve as are wanted, and nobody waits for another try. */
    get complete(): boolean;
    /** How long a connection that has no request may still send one, for workers that are replaced. */
    idleMs: number;
    /** One step towards what is wanted. Answers false if there was none to do. */
    step(): Promise<boolean>;
    /** A worker that replaces another one does not start: those with older code stay. */
    giveUpReload(): void;
    /** Nobody waits any more. */
    clearWaiting(): void;
    /** Somebody else is in this place, or on the way there. */
    isReplaced(slot: number): boolean;
    /** All finish and leave. */
    stopInOrder(): void;
    quick(): void;
    close(): void;
}
export {};
