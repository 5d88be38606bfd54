import type { MessageTypeNumber } from '../message.js';
import { Track } from './track.js';
export declare class OwnTracks {
    #private;
    constructor(self: string);
    multicast(type: MessageTypeNumber, event: string): Track;
    /** `to` null: whoever is the grand master. */
    targeted(type: MessageTypeNumber, event: string, to: string | null): Track;
    /** `pids`: the way a message came, target first, this process last. */
    routed(type: MessageTypeNumber, event: string, pids: readonly string[]): Track;
}
