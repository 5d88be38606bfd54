/** How clients are told apart. */
export type Sticky = 'ip' | {
    readonly header: string;
} | {
    readonly cookie: string;
};
/**
 * Rendezvous hashing: each worker has a number of its own for each client, the highest one has it. When a worker comes or
 * goes only its own clients move.
 *
 * @param slots at least one
 */
export declare function slotFor(client: string, slots: readonly number[]): number;
/** Who sends a request, by its head, of which more may have come than the head; null where it does not say so. */
export declare function clientOf(text: string, sticky: Exclude<Sticky, 'ip'>): string | null;
