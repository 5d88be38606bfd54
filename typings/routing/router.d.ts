import { type MessageTypeNumber } from '../message.js';
/** The part of a header that decides the way. */
export interface Routable {
    readonly type: MessageTypeNumber;
    readonly event: string;
    readonly pids: readonly string[];
    readonly to: string | null;
    readonly route: readonly string[] | null;
}
/** What a process knows of its surroundings. `L` stands for one link to a neighbour. */
export interface Position<L> {
    readonly self: string;
    readonly parent: L | null;
    readonly isGrandMaster: boolean;
    readonly children: Iterable<L>;
    /** The link to this process if it is a direct neighbour. */
    neighbour(pid: string): L | undefined;
    /** The child link behind which this process lives, however deep. */
    below(pid: string): L | undefined;
    /** Whether somebody beyond this link listens to the event. */
    wants(link: L, event: string): boolean;
}
export interface Decision<L> {
    /** This process is one of the receivers. */
    readonly deliver: boolean;
    readonly forward: readonly L[];
    /** Why it ends here undelivered: nobody there, or it came from where it cannot have come from. */
    readonly refused: 'unreachable' | 'misdirected' | null;
}
/**
 * Decides about one message. `origin` is the link it arrived on, or null for a message of this process.
 * Multicast goes only where somebody listens; a targeted message always travels.
 */
export declare function route<L>(message: Routable, origin: L | null, position: Position<L>): Decision<L>;
/** The header with which a message leaves this process: one hop more behind it, one less before it. */
export declare function advance<H extends Routable>(message: H, origin: unknown, self: string): Routable;
