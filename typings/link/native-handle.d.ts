import type { Socket } from 'node:net';
/** Bytes written to the socket that the kernel has not taken yet. */
export declare function unwrittenBytes(socket: Socket): number;
/** The descriptor behind a plain socket, or null where bytes cannot be written to it directly. */
export declare function descriptorOf(socket: Socket): number | null;
