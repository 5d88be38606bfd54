import type { Link } from '../link/link.js';
import type { ProcessRole } from '../process-info.js';
import { HeaderRing } from '../wire/headers.js';
import type { Track } from './track.js';
export declare class Neighbour {
    readonly link: Link;
    readonly isParent: boolean;
    /** How the process below this link came into the tree, or how we came to this parent. */
    readonly role: ProcessRole;
    /** Empty until the handshake named it. */
    pid: string;
    /** A child that announced itself: `childsOnline` counts these. */
    online: boolean;
    /** Headers we announced on this link. */
    readonly sent: HeaderRing<Track>;
    /** Headers the other side announced, by their id. */
    readonly received: (Track | undefined)[];
    /** Links that are not read while this one is full. */
    readonly holding: Set<Neighbour>;
    /** Full links because of which this one is not read. */
    readonly heldBy: Set<Neighbour>;
    /** Messages refused since this link overflowed, by their origin. */
    readonly refused: Map<string, {
        track: Track;
        count: number;
    }>;
    constructor(link: Link, isParent: boolean, role: ProcessRole, headerRing: number);
}
