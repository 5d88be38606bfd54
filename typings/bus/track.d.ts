import { type Message } from '../message.js';
import { type Decision, type Position } from '../routing/router.js';
import { type WireHeader } from '../wire/headers.js';
import type { Neighbour } from './neighbour.js';
export declare class Track {
    #private;
    readonly header: WireHeader;
    /** The link it came on; null for messages of this process. */
    readonly origin: Neighbour | null;
    /** The way travelled, this process included. */
    readonly pids: readonly string[];
    constructor(header: WireHeader, origin: Neighbour | null, self: string);
    get from(): string;
    /** Where it goes, decided again only when the surroundings have changed. */
    decide(position: Position<Neighbour>, version: number): Decision<Neighbour>;
    /** The encoded header for the next hop, the same for all links. */
    get bytes(): Buffer;
    message(args: readonly unknown[]): Message;
}
