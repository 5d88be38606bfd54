/** What kind of message it is: the `type` of a {@link Message}. */
export declare const MessageType: Readonly<{
    readonly local: 0;
    readonly toParents: 1;
    readonly toChilds: 2;
    readonly toSiblings: 3;
    readonly toChild: 4;
    readonly toGrandMaster: 5;
    readonly sendTo: 6;
    readonly broadcast: 7;
    readonly request: 8;
    readonly answer: 9;
    readonly notice: 10;
}>;
/** The number of a message type, see {@link MessageType}. */
export type MessageTypeNumber = (typeof MessageType)[keyof typeof MessageType];
/**
 * A message as a listener sees it: the `this` of the listener.
 *
 * All arrays are frozen, but for the `args` of a local `emit` with a single listener: nobody else has them. Source:
 * the anatomy of a message in the readme of ipevents.
 */
export interface Message {
    /** pid of the process that sent it. */
    readonly from: string;
    /** The way it travelled: first the origin, last this process, without repeats. */
    readonly pids: readonly string[];
    /** pid of the target, for `toChild`, `sendTo`, `request` and answers. */
    readonly to?: string;
    /** Hops still to go, target first: `[]` on arrival. Only where `to` is set. */
    readonly route?: readonly string[];
    readonly type: MessageTypeNumber;
    readonly event: string;
    readonly args: readonly unknown[];
}
/** Events of ipem's own: nobody can send them, but everybody may listen. */
export declare const RESERVED_EVENTS: ReadonlySet<string>;
/** Names with this prefix are ipem's own requests and events between processes. */
export declare const INTERNAL_PREFIX = "ipem:";
/** Longest event name, in bytes of UTF-8, that can leave the process. */
export declare const MAX_EVENT_BYTES = 256;
/** Most processes a message may pass, and most entries of a route. */
export declare const MAX_HOPS = 64;
