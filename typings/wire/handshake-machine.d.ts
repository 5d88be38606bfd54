import { IpemError } from '../errors.js';
import type { Hello, PeerInfo } from './handshake.js';
/** What a frame led to. With `done`, `refuse` or `refused` the handshake has ended. */
export interface HandshakeStep {
    /** Bytes to send, whole frames. */
    readonly send?: Buffer;
    /** The other end has proved that it knows the cookie. */
    readonly done?: PeerInfo;
    /** Why this end refuses the other; `send` tells it. */
    readonly refuse?: IpemError;
    /** Why the other end refused this one. */
    readonly refused?: IpemError;
}
export interface HandshakeOptions {
    readonly self: PeerInfo;
    readonly cookie: Buffer;
    /** For tests; fresh random bytes otherwise. */
    readonly nonce?: Buffer;
}
export interface ListenerOptions extends HandshakeOptions {
    /** Asked once the dialer has proved itself: why it cannot be taken all the same, or null. */
    readonly accepts?: (peer: PeerInfo) => IpemError | null;
}
export interface DialerOptions extends HandshakeOptions {
    /** Only learn who listens, and go: done after the listener's proof, nothing more is sent. */
    readonly probe?: boolean;
}
/** One end of a handshake; used once. */
export declare abstract class Handshake {
    #private;
    protected readonly self: PeerInfo;
    protected readonly cookie: Buffer;
    constructor(options: HandshakeOptions);
    /** What this end sends before it has heard anything; null if nothing. */
    abstract start(): Buffer | null;
    /** True once the other end has sent a hello that could be read. */
    abstract get spoken(): boolean;
    /** @throws IpemError the reason to refuse */
    protected abstract onHello(hello: Hello): HandshakeStep;
    /** `bytes[start, end)` is the body; nothing of it is kept. Never throws, whatever the bytes are. */
    onFrame(kind: number, bytes: Buffer, start?: number, end?: number): HandshakeStep;
    /** Ends the handshake for a reason found outside it. */
    refuse(error: IpemError): HandshakeStep;
    protected nonce(): Buffer;
    protected helloFrame(role: 'dialer' | 'listener', secrets: {
        nonce?: Buffer;
        proof?: Buffer;
    }): Buffer;
    /** The checks that need no secret: is it one of us, and another than we. */
    protected checkPeer(hello: Hello): void;
}
/** The end that connected: proves itself second, so that a stranger who only listens learns nothing. */
export declare class DialerHandshake extends Handshake {
    #private;
    constructor(options: DialerOptions);
    get spoken(): boolean;
    start(): Buffer;
    protected onHello(hello: Hello): HandshakeStep;
}
/** The end that was connected to. */
export declare class ListenerHandshake extends Handshake {
    #private;
    constructor(options: ListenerOptions);
    get spoken(): boolean;
    start(): null;
    protected onHello(hello: Hello): HandshakeStep;
}
