/** A bound socket: a TCP or Pipe of libuv. */
export interface NativeListener {
    readonly fd: number;
    close(callback?: () => void): void;
    listen(backlog: number): number;
    getsockname?(out: SocketName): number;
    onconnection?: ((this: NativeListener, status: number, client?: NativeConnection) => void) | null;
}
/** An accepted connection that no Socket object has been made of yet. */
export interface NativeConnection {
    close(callback?: () => void): void;
    getpeername?(out: SocketName): number;
    readStop?(): number;
}
interface SocketName {
    address?: string;
    family?: string;
    port?: number;
}
/** Either the handle or the negative errno of the system. */
export type Bound = NativeListener | number;
export interface BindOptions {
    readonly ipv6Only: boolean;
    /** Others of this user may bind the same, and the system shares connections out. */
    readonly reusePort: boolean;
}
export declare function bindTcp(address: string, port: number, version: 4 | 6, { ipv6Only, reusePort }: BindOptions): Bound;
/** Older versions of Node ignore the flag, and the second one who binds fails. */
export declare function knowsReusePort(version?: string): boolean;
export declare function bindUnix(path: string): Bound;
/** A socket that somebody else has bound and given to this process. */
export declare function adoptDescriptor(fd: number): Bound;
/** Of a Unix socket, which a handle does not tell; null where the system does not either. */
export declare function pathOf(fd: number): string | null;
/** Who is at the other end; null for a Unix socket. */
export declare function peerOf(connection: NativeConnection): string | null;
/** Where it is bound to; null for a Unix socket. */
export declare function addressOf(handle: NativeListener): {
    address: string;
    port: number;
} | null;
/** What a server listens at whose connections come from elsewhere. Node's cluster has the like for its round robin. */
export declare function remoteListener(address: {
    address: string;
    port: number;
} | null): NativeListener;
export {};
