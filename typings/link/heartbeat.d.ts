export interface HeartbeatHost {
    ping(): void;
    /** True while the silence is our own doing, because we do not read. */
    deaf(): boolean;
    dead(): void;
}
export declare class Heartbeat {
    #private;
    constructor(intervalMs: number, maxMisses: number, host: HeartbeatHost);
    /** Something came from the other side. */
    alive(): void;
    stop(): void;
}
