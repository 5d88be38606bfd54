export declare class AbortWatch {
    #private;
    constructor(onAbort: (id: number, reason: unknown) => void);
    /** Signals that are listened to. */
    get size(): number;
    add(signal: AbortSignal, id: number): void;
    remove(signal: AbortSignal, id: number): void;
}
