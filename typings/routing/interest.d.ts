export interface InterestChanges<S> {
    /** Tells a side that somebody beyond us listens (or no longer listens) to these names. */
    tell(side: S, add: readonly string[], remove: readonly string[]): void;
    /** Calls back once, after the time a vanished listener has to come back. */
    defer(callback: () => void): void;
}
/**
 * Additions are told at once, so that they stand before the next event on the ordered link; removals are told
 * late, so that ten thousand `once` cost one frame. Late removal is harmless, late addition would lose events.
 */
export declare class Interest<S> {
    #private;
    /** Grows with each change that can alter a routing decision. */
    version: number;
    constructor(maxNames: number, changes: InterestChanges<S>);
    /** Whether somebody beyond this side listens. */
    wants(side: S, name: string): boolean;
    /** A new link: it is told at once all that the other sides listen to. */
    connect(side: S): void;
    /** The link is gone, and with it what lay beyond. */
    disconnect(side: S): void;
    add(side: S, name: string): void;
    remove(side: S, name: string): void;
    /** Names that are counted, for statistics and leak tests. */
    get size(): number;
}
