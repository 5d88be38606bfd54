import type { Socket } from 'node:net';
import { IpemError } from '../errors.js';
import type { DialerHandshake } from '../wire/handshake-machine.js';
import { type SocketAddress } from './address.js';
import { type GreetingOutcome } from './greeting.js';
import type { TlsSettings } from './listen.js';
import { type SocketIdentity } from './socket-file.js';
export type DialOutcome = GreetingOutcome
/** Nobody listens. `stale` is the socket file that proved to be dead, if it was one. */
 | {
    readonly kind: 'nobody';
    readonly stale: SocketIdentity;
}
/** Neither an answer nor a no: the network, the resolver, or a want of descriptors. */
 | {
    readonly kind: 'unreachable';
    readonly error: Error;
}
/** This process may not connect there, or the address is none. */
 | {
    readonly kind: 'impossible';
    readonly error: IpemError;
};
export interface DialRequest {
    readonly address: SocketAddress;
    readonly tls: TlsSettings;
    /** Connecting has this long, and the handshake after it the same again. */
    readonly timeoutMs: number;
    readonly handshake: DialerHandshake;
    /** A process that calls itself: the proof says who answers, a certificate need not name 127.0.0.1 for that. */
    readonly toSelf?: boolean;
}
/** Reports one outcome, never synchronously; after `cancel` none. */
export declare class Dial {
    #private;
    constructor(request: DialRequest, onOutcome: (outcome: DialOutcome, socket: Socket) => void);
    cancel(): void;
    ref(): void;
    unref(): void;
}
