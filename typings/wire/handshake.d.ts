import { IpemError } from '../errors.js';
/** The version of everything on the wire. A hello of any other version is refused. */
export declare const PROTOCOL_VERSION = 1;
/** Largest frame of a handshake, in bytes of kind and body: nobody is known yet, so nobody gets more. */
export declare const MAX_HANDSHAKE_FRAME = 4096;
export declare const NONCE_BYTES = 16;
export declare const PROOF_BYTES = 32;
/** How a process came into the tree. */
export type Member = 'fork' | 'worker' | 'socket' | 'adopted';
/** Which end of a new connection speaks: the first two of a dialled one, the last two of an inherited one. */
export type HandshakeRole = 'dialer' | 'listener' | 'child' | 'parent';
/** What a process says of itself. Only `pid` and `name` are covered by a proof, the rest is for people to read. */
export interface PeerInfo {
    readonly pid: string;
    /** Which application it belongs to: 1–256 bytes. */
    readonly name: string;
    readonly osPid: number;
    readonly host: string;
    readonly title: string;
    readonly member: Member;
}
export interface Hello extends PeerInfo {
    readonly version: number;
    readonly role: HandshakeRole;
    readonly nonce?: Buffer | undefined;
    readonly proof?: Buffer | undefined;
}
export interface Welcome {
    readonly pid: string;
    readonly name: string;
    /** From the parent that welcomes up to the grand master. */
    readonly way: readonly string[];
}
/** `[version, pid, name, role, osPid, host, title, member, nonce | nil, proof | nil]` */
export declare function encodeHello(hello: Omit<Hello, 'version'>, version?: number): Buffer;
/**
 * The version MUST stay the first element of a hello for ever: it is read before anything else is looked at, so
 * that any two versions can tell each other apart.
 *
 * @throws ERR_IPEM_VERSION the other end speaks another version; nothing else of its hello was read
 * @throws ERR_IPEM_PROTOCOL
 */
export declare function decodeHello(bytes: Buffer, start?: number, end?: number): Hello;
/** `[pid, name, [way…]]` */
export declare function encodeWelcome(welcome: Welcome): Buffer;
/** @throws ERR_IPEM_PROTOCOL */
export declare function decodeWelcome(bytes: Buffer, start?: number, end?: number): Welcome;
/**
 * `[code, message, name | nil, version | nil]`, the last two those of the process that refuses.
 *
 * This shape is frozen for ever, also for other versions: it is how two processes that have nothing else in
 * common can still say why they part.
 */
export declare function encodeRefuse(error: IpemError): Buffer;
/**
 * The refusal as an error of this process, with `peerName` and `peerVersion` where they were told. A code that is
 * not in our table counts as ERR_IPEM_PROTOCOL.
 *
 * @throws ERR_IPEM_PROTOCOL the frame itself is malformed
 */
export declare function decodeRefuse(bytes: Buffer, start?: number, end?: number): IpemError;
