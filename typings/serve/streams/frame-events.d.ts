import type { EventEmitter } from 'eventemitter3';
/** What `addEventListener` and the `on…` attributes get, as in the browser. */
export interface FrameEvent<Target> {
    readonly type: string;
    readonly target: Target;
    /** Of a `message`: the value. */
    readonly data?: any;
    /** Of an `error`. */
    readonly error?: unknown;
}
export type FrameEventHandler<Target> = (event: FrameEvent<Target>) => unknown;
/** A function, or an object that has one. */
export type FrameEventListener<Target> = FrameEventHandler<Target> | {
    handleEvent(event: FrameEvent<Target>): unknown;
};
export declare function eventOf<Target>(target: Target, type: string, args: readonly unknown[]): FrameEvent<Target>;
/**
 * Calls every listener of an event, also when one throws, which eventemitter3's own `emit` does not.
 *
 * @returns false when there is none
 */
export declare function tell(emitter: EventEmitter, event: string, args: readonly unknown[]): boolean;
/** What it throws is thrown again from `process.nextTick`, where an `uncaughtException` handler sees it. */
export declare function guard(call: () => unknown): void;
