import { type Clock } from './clock.js';
type HandledSignal = 'SIGTERM' | 'SIGINT';
/** The part of `process` that is used. */
export interface SignalHost {
    readonly pid: number;
    prependListener(signal: HandledSignal, listener: NodeJS.SignalsListener): unknown;
    off(signal: HandledSignal, listener: NodeJS.SignalsListener): unknown;
    listenerCount(signal: HandledSignal): number;
    kill(pid: number, signal: HandledSignal): unknown;
    exit(code: number): void;
}
export interface SignalsOptions {
    /** The `signals` option. With false nothing is ever listened to. */
    readonly enabled: boolean;
    /** The ordered stop. Whatever becomes of it, the process dies afterwards. */
    stop(signal: NodeJS.Signals): Promise<unknown>;
    /** Kill all children at once. */
    kill(): void;
    readonly clock?: Clock;
    readonly host?: SignalHost;
}
export declare class Signals {
    #private;
    constructor(options: SignalsOptions);
    /** Listen while there are children, and only then. */
    watch(children: boolean): void;
    /**
     * Outlive SIGINT. A terminal sends it to the whole foreground group, parents and children alike; the parent then
     * stops its children in order, by SIGTERM. For as long as it lives.
     */
    ignoreInterrupt(): void;
    /** The parent is gone: SIGINT means this process again. */
    heedInterrupt(): void;
    /** Remove all listeners. */
    close(): void;
}
export {};
