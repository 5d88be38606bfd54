import type { EventEmitter } from 'eventemitter3';
/** Whether anybody listens; cheaper than `listenerCount`. */
export declare function hasListeners(emitter: EventEmitter, event: string | symbol): boolean;
/**
 * Calls every listener of an event. `self` is `this` for those that did not ask for a context of their own.
 * A listener that throws does not keep the others from running; its error is thrown again from
 * `process.nextTick`, where an `uncaughtException` handler sees it. Returns false when nobody listens.
 */
export declare function deliver(emitter: EventEmitter, event: string | symbol, self: unknown, args: readonly unknown[]): boolean;
