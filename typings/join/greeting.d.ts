import type { Socket } from 'node:net';
import { IpemError } from '../errors.js';
import { type PeerInfo } from '../wire/handshake.js';
import type { Handshake } from '../wire/handshake-machine.js';
export type GreetingOutcome = 
/** The socket is paused and without our listeners; `rest` came behind the handshake. */
{
    readonly kind: 'done';
    readonly peer: PeerInfo;
    readonly rest: Buffer;
}
/** This end refused the other, which has been told why. */
 | {
    readonly kind: 'refuse';
    readonly error: IpemError;
}
/** The other end refused this one. */
 | {
    readonly kind: 'refused';
    readonly error: IpemError;
}
/** The deadline passed. */
 | {
    readonly kind: 'silent';
    readonly error: IpemError;
}
/** The connection ended before the handshake did. */
 | {
    readonly kind: 'broken';
    readonly error?: Error;
};
/** One handshake on one connected socket. Reports one outcome, synchronously in an event of the socket or the timer. */
export declare class Greeting {
    #private;
    constructor(socket: Socket, handshake: Handshake, timeoutMs: number, onOutcome: (outcome: GreetingOutcome) => void);
    /** True once the other end has sent a hello that could be read. */
    get spoken(): boolean;
    /** Ends the connection without reporting an outcome; with an error the other end is told why. */
    cancel(error?: IpemError): void;
}
