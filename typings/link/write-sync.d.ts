/**
 * Writes chunks to a non-blocking descriptor, skipping the first `offset` bytes that are out already.
 * Returns the number of bytes written in all, `offset` included; less than all when the deadline
 * passed or the other end is gone.
 */
export declare function writeChunksSync(fd: number, chunks: readonly Buffer[], offset: number, deadlineMs: number): number;
