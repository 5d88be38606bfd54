import type { Socket } from 'node:net';
import { IpemError } from '../errors.js';
import type { PeerInfo } from '../wire/handshake.js';
export interface AcceptorOptions {
    readonly self: PeerInfo;
    readonly cookie: Buffer;
    readonly handshakeTimeout: number;
    readonly maxUnauthenticated: number;
    readonly accepts: (peer: PeerInfo) => IpemError | null;
}
export interface AcceptorHandlers {
    onAccepted(socket: Socket, peer: PeerInfo, rest: Buffer): void;
    /** Somebody was turned away. Once for each reason and place. */
    onReport(text: string, error: IpemError): void;
}
export declare class Acceptor {
    #private;
    constructor(options: AcceptorOptions, handlers: AcceptorHandlers);
    /** A connection that can be spoken on. */
    greet(socket: Socket): void;
    /** A connection whose TLS handshake has only begun; `greet` follows when it is through. */
    awaitTls(socket: Socket): void;
    /** The TLS handshake of a connection failed. */
    tlsFailed(cause: Error, socket: Socket): void;
    /** From now on joiners are let in; those who waited come first. */
    open(): void;
    /** Ends every connection that has not been handed over. */
    close(): void;
}
