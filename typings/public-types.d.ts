import type { ChildProcess } from 'node:child_process';
import type { IpemError } from './errors.js';
import type { Message } from './message.js';
import type { ForkOptions, IpemOptions, WorkerOptions } from './options.js';
import type { OfflineInfo, TreeNode } from './process-info.js';
import type { RequestHandler } from './request/handler-table.js';
import type { RequestAll } from './request/request-all.js';
import type { Child } from './supervise/child.js';
/**
 * The events of the default instance: augment it to have them checked.
 *
 * ```ts
 * declare module 'ipem' {
 *   interface IpemEvents { job: [id: number, data: string] }
 * }
 * ```
 *
 * While it is empty every event with any arguments is allowed.
 */
export interface IpemEvents {
}
/** What a map of events may look like: each name with the tuple of its arguments. */
export type EventMap<Events> = {
    [Name in keyof Events]: unknown[];
};
/** Any event, any arguments. */
export type AnyEvents = Record<string, any[]>;
/** The events of the default instance. */
export type DefaultEvents = keyof IpemEvents extends never ? AnyEvents : IpemEvents;
type Args<Events, Name extends keyof Events> = Events[Name] extends unknown[] ? Events[Name] : never;
/** ipem's own events: their listeners and what `this` is in them. */
export interface OwnListeners<Self> {
    /** This process knows its place; what was sent since `start()` goes out now. */
    ready: (this: Self) => void;
    /** A process came into the tree: `this.from`. */
    online: (this: Message) => void;
    /** A process is gone; `this.from` is who reports it. One event for each lost process, the deepest first. */
    offline: (this: Message, pid: string, info: OfflineInfo) => void;
    /** This process has a (new) parent, or became the grand master: null. */
    parent: (this: Message, pid: string | null) => void;
    /** Every link has room again after `writableNeedDrain` was true. */
    drain: (this: Self) => void;
    /** A fault of this process, or a message of it (`undelivered`) that could not be delivered. */
    error: (this: Self, error: IpemError) => void;
}
/** The listener an event has. */
export type ListenerOf<Events, Name, Self> = Name extends keyof OwnListeners<Self> ? OwnListeners<Self>[Name] : Name extends keyof Events ? (this: Message, ...args: Args<Events, Name>) => void : (this: Message, ...args: unknown[]) => void;
type AnyListener = (this: any, ...args: any[]) => any;
/** What `this` is in a listener that did not ask for another. */
type ThisOf<Events, Name, Self> = ThisParameterType<ListenerOf<Events, Name, Self>>;
/** The listener of an event with a `this` of the user's choice. */
type InContext<Events, Name, This> = (this: This, ...args: Parameters<ListenerOf<Events, Name, unknown>>) => void;
type Names<Events> = (keyof Events & string) | keyof OwnListeners<unknown> | symbol;
/** One pid, or the way a message came (`this.pids`): the target first, this process last. */
export type Target = string | number | readonly string[];
/** Whom `requestAll` asks. */
export type Members = 'childs' | 'children' | 'siblings' | 'everyone';
/**
 * The event bus of this process: an EventEmitter whose events travel through the tree of processes.
 *
 * In a listener `this` is the {@link Message}. Every send function chains and throws at once on wrong use:
 * `ERR_IPEM_NOT_STARTED`, `ERR_IPEM_CLOSED`, `ERR_IPEM_INVALID_ARG`, `ERR_IPEM_RESERVED_EVENT`,
 * `ERR_IPEM_UNSERIALIZABLE`, `ERR_IPEM_TOO_LARGE`. Delivery is at most once, in order for each pair of processes.
 * Source: the readme of ipevents.
 */
export interface Ipem<Events extends EventMap<Events> = DefaultEvents> {
    /** `<OS pid>-<10 characters>`, unique over hosts and restarts. */
    readonly pid: string;
    /** pid of the parent, null while there is none. */
    readonly parentPid: string | null;
    /** Direct children with a live link of any kind. */
    readonly childsOnline: number;
    /** The same as `childsOnline`. */
    readonly childrenOnline: number;
    /** This process is the very top of its tree. False until `ready`. */
    readonly isGrandMaster: boolean;
    /** `cluster.isPrimary` */
    readonly isMaster: boolean;
    /** `cluster.isWorker` */
    readonly isWorker: boolean;
    /** pid of this process, as in a message: for listeners whose `this` is ipem itself. */
    readonly from: string;
    /** `[pid]` */
    readonly pids: readonly string[];
    /** The message whose listeners or handler are running, null outside: for arrow functions. */
    readonly message: Message | null;
    /** True while a link that moves is over its high-water mark: wait for `drain`. A stalled one holds nobody back. */
    readonly writableNeedDrain: boolean;
    /**
     * Sets options, added to those set before.
     * @throws ERR_IPEM_INVALID_OPTION
     * @throws ERR_IPEM_ALREADY_STARTED
     */
    options(options: IpemOptions): this;
    /**
     * Finds this process's place in the tree; `ready` follows. Sends are held until then.
     * @throws ERR_IPEM_ALREADY_STARTED
     */
    start(): this;
    on<Name extends Names<Events>, This = ThisOf<Events, Name, this>>(event: Name, listener: InContext<Events, Name, This>, context?: This): this;
    addListener<Name extends Names<Events>, This = ThisOf<Events, Name, this>>(event: Name, listener: InContext<Events, Name, This>, context?: This): this;
    once<Name extends Names<Events>, This = ThisOf<Events, Name, this>>(event: Name, listener: InContext<Events, Name, This>, context?: This): this;
    prependListener<Name extends Names<Events>>(event: Name, listener: ListenerOf<Events, Name, this>): this;
    prependOnceListener<Name extends Names<Events>>(event: Name, listener: ListenerOf<Events, Name, this>): this;
    removeListener(event: Names<Events>, listener?: AnyListener, context?: unknown, once?: boolean): this;
    off(event: Names<Events>, listener?: AnyListener, context?: unknown, once?: boolean): this;
    removeAllListeners(event?: Names<Events>): this;
    listeners(event: Names<Events>): Function[];
    rawListeners(event: Names<Events>): Function[];
    listenerCount(event: Names<Events>): number;
    eventNames(): (string | symbol)[];
    setMaxListeners(count: number): this;
    getMaxListeners(): number;
    /** Emits in this process only; `this.type` is 0. Answers whether anybody listened. */
    emit<Name extends keyof Events & string>(event: Name, ...args: Args<Events, Name>): boolean;
    emit(event: symbol | 'error', ...args: unknown[]): boolean;
    /** This process and every ancestor. */
    bubble<Name extends keyof Events & string>(event: Name, ...args: Args<Events, Name>): this;
    /** Every ancestor. */
    sendToParents<Name extends keyof Events & string>(event: Name, ...args: Args<Events, Name>): this;
    /** Every descendant. */
    sendToChilds<Name extends keyof Events & string>(event: Name, ...args: Args<Events, Name>): this;
    /** The same as `sendToChilds`. */
    sendToChildren<Name extends keyof Events & string>(event: Name, ...args: Args<Events, Name>): this;
    /** The other children of the same parent. */
    sendToSiblings<Name extends keyof Events & string>(event: Name, ...args: Args<Events, Name>): this;
    /** One direct child, by its pid or its OS pid. Unknown: an `error` event ERR_IPEM_UNREACHABLE. */
    sendToChild<Name extends keyof Events & string>(pid: string | number, event: Name, ...args: Args<Events, Name>): this;
    /** The grand master, which may be this process. */
    sendToGrandMaster<Name extends keyof Events & string>(event: Name, ...args: Args<Events, Name>): this;
    /**
     * One process anywhere: by its pid, wherever it is, or along `this.pids` of a message, exactly that way back.
     * @throws ERR_IPEM_INVALID_ROUTE the way does not end at this process, or is no way
     */
    sendTo<Name extends keyof Events & string>(target: Target, event: Name, ...args: Args<Events, Name>): this;
    /** Every other process of the tree. */
    broadcast<Name extends keyof Events & string>(event: Name, ...args: Args<Events, Name>): this;
    /**
     * Asks one process: a pid, a way (`this.pids`), `'parent'` or `'grandmaster'`. The last argument is the
     * options `{ timeout, signal }` if it is an object with no other keys. Rejects with the handler's error or an
     * IpemError: see `docs/api.md`.
     */
    request<T = unknown>(target: Target, event: string, ...args: unknown[]): Promise<T>;
    /** Asks many; iterate over `{ pid, value }` or `{ pid, error }` in the order they end. */
    requestAll<T = unknown>(members: Members, event: string, ...args: unknown[]): RequestAll<T>;
    /**
     * Answers requests for `event`: what `handler` returns or resolves to. In it `this` is the message with a `signal`.
     * @throws ERR_IPEM_HANDLER_EXISTS
     */
    handle(event: string, handler: RequestHandler): this;
    /** Answers whether there was one. */
    removeHandler(event: string): boolean;
    /**
     * Forks a child process with a private link.
     * @throws ERR_IPEM_SPAWN, ERR_IPEM_INVALID_OPTION, ERR_IPEM_NOT_STARTED
     */
    fork(path: string | URL, args?: readonly string[], options?: ForkOptions): Child;
    fork(path: string | URL, options?: ForkOptions): Child;
    /**
     * Forks a cluster worker with a private link.
     * @throws ERR_IPEM_NOT_PRIMARY
     */
    worker(options?: WorkerOptions): Child;
    /** Takes in a child with an IPC channel that somebody else forked. Children made after `start()` need no call. */
    adopt(child: ChildProcess): this;
    /** The whole tree, as the grand master knows it. */
    tree(options: {
        root: 'grandmaster';
        timeout?: number;
    }): Promise<TreeNode>;
    /** This process and all below it. */
    tree(): TreeNode;
    /** Where others can join: what `server.address()` says, null when this process does not listen. */
    address(): {
        address: string;
        family: string;
        port: number;
    } | string | null;
    /** Resolves when everything sent so far has left this process. */
    flush(): Promise<void>;
    /**
     * Stops the children in order, says goodbye, flushes and lets everything go. The process can then exit by itself.
     * Until the children have ended listeners are called and messages can be sent, but no process can be forked.
     */
    close(): Promise<void>;
    ref(): this;
    /** Links, children and the listening socket no longer keep this process alive. */
    unref(): this;
    [Symbol.asyncDispose](): Promise<void>;
}
/** Makes further instances; the default export is one. */
export interface IpemConstructor {
    new <Events extends EventMap<Events> = AnyEvents>(): Ipem<Events>;
    readonly prototype: Ipem<AnyEvents>;
}
export {};
