import type { AddressInfo, Socket } from 'node:net';
import { IpemError } from '../errors.js';
import type { ResolvedSocketOptions } from '../options.js';
import { type SocketAddress } from './address.js';
import { type SocketIdentity } from './socket-file.js';
export type TlsSettings = ResolvedSocketOptions['tls'];
export interface ListenRequest {
    readonly address: SocketAddress;
    /** For TCP; a Unix socket is guarded by its permissions and never leaves the machine. */
    readonly tls: TlsSettings;
    readonly handshakeTimeout: number;
    /** The socket file that has refused a dial, see {@link takeName}. */
    readonly stale: SocketIdentity;
}
export interface ListenHandlers {
    /** Bound, and the name is ours; connections may come. */
    onListening(): void;
    /** Somebody else is there: dial again. */
    onTaken(): void;
    /** It cannot be bound for another reason (ERR_IPEM_LISTEN). */
    onFailed(error: IpemError): void;
    /** A connection; with TLS reported before its handshake, and again by `onSecure` after it. */
    onConnection(socket: Socket): void;
    onSecure(socket: Socket): void;
    onTlsError(error: Error, socket: Socket): void;
}
/** One try to listen. Reports exactly one of `onListening`, `onTaken`, `onFailed`, never synchronously. */
export declare class Listener {
    #private;
    constructor(request: ListenRequest, handlers: ListenHandlers);
    /** The bound address: the path, or address and port. Null before that and after `close`. */
    address(): AddressInfo | string | null;
    /** False when the file has been removed or replaced: nobody can reach this server any more. */
    get hasName(): boolean;
    /** Stops listening at once; connections stay. Nothing is reported afterwards. */
    close(): void;
    ref(): void;
    unref(): void;
}
