import { EventEmitter } from 'eventemitter3';
type Listener = (...args: never[]) => unknown;
type AnyListener = (...args: unknown[]) => void;
export declare abstract class ListeningEmitter extends EventEmitter {
    #private;
    /** An event has got its first listener, or lost its last. */
    protected abstract listeningChanged(event: string | symbol, listening: boolean): void;
    on(event: string | symbol, listener: Listener, context?: unknown): this;
    once(event: string | symbol, listener: Listener, context?: unknown): this;
    addListener(event: string | symbol, listener: Listener, context?: unknown): this;
    removeListener(event: string | symbol, listener?: Listener, context?: unknown, once?: boolean): this;
    off(event: string | symbol, listener?: Listener, context?: unknown, once?: boolean): this;
    removeAllListeners(event?: string | symbol): this;
    /** As in `node:events`: the listener is called before those already there. */
    prependListener(event: string | symbol, listener: Listener): this;
    /** As in `node:events`: called once, before those already there. */
    prependOnceListener(event: string | symbol, listener: Listener): this;
    /** The listeners themselves; eventemitter3 wraps none. */
    rawListeners(event: string | symbol): AnyListener[];
    /** Kept for `node:events`; eventemitter3 never warns about many listeners. */
    setMaxListeners(count: number): this;
    getMaxListeners(): number;
}
export {};
