import { IpemError } from '../errors.js';
import type { Neighbour } from './neighbour.js';
import type { Track } from './track.js';
/** `count` 1 says that refusing began; a larger one how many were refused until it ended. */
export type TellRefused = (track: Track, error: IpemError) => void;
export declare class Flow {
    #private;
    constructor(hardLimit: number, tell: TellRefused);
    /** May `bytes` more be queued? An empty queue always takes one message, however large. */
    admits(to: Neighbour, bytes: number): boolean;
    /** After `from` fed `to`: a full link that still moves holds back those who feed it. */
    fed(to: Neighbour, from: Neighbour): void;
    /** `full` drained, stalled or closed: it holds nobody back any more. */
    release(full: Neighbour): void;
    /** A message for `to` was refused: its origin is told at once, and once more with the count at the end. */
    refuse(to: Neighbour, track: Track): void;
    /** The link has drained or closed: tells each origin how many of its messages were refused in all. */
    settle(to: Neighbour): void;
    /** A link that is gone holds nobody and is held by nobody. */
    forget(gone: Neighbour): void;
}
