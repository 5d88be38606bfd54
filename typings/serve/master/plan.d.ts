/** `draining` has been told to leave and only finishes what it has. */
export type Phase = 'booting' | 'ready' | 'draining';
export interface Member {
    readonly id: number;
    /** 0 up to the number of workers: the place it fills, used again by the one after it. */
    readonly slot: number;
    /** Counts the reloads; a higher one has newer code. */
    readonly generation: number;
    readonly phase: Phase;
    /** To be replaced, whatever its generation. */
    readonly worn?: boolean;
}
export interface Wanted {
    /** How many workers. */
    readonly target: number;
    readonly generation: number;
    /** Everybody leaves. */
    readonly stopping: boolean;
    /** Those with old code, or worn, may be replaced. */
    readonly replacing?: boolean;
    /** Slots whose last process crashed a moment ago. */
    readonly waiting: ReadonlySet<number>;
}
export type Step = {
    readonly do: 'start';
    readonly slot: number;
} | {
    readonly do: 'drain';
    readonly id: number;
};
export declare function nextSteps(members: readonly Member[], { target, generation, stopping, replacing, waiting }: Wanted): Step[];
