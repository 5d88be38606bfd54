/** Longest path of a Unix socket that all our systems take, in bytes. */
export declare const MAX_PATH_BYTES = 103;
export type SocketAddress = {
    readonly path: string;
} | {
    readonly path?: undefined;
    readonly host: string;
    readonly port: number;
};
interface AddressOptions {
    readonly socketPath: string | null;
    readonly host: string;
    readonly port: number;
}
/**
 * A given path is the address, whatever else is set: there is no way back to TCP. `localhost` is 127.0.0.1 and is
 * never looked up, because two processes that resolve it differently (::1 first, or a hosts file) would not meet.
 *
 * @throws ERR_IPEM_INVALID_OPTION a path longer than the system takes
 */
export declare function resolveAddress({ socketPath, host, port }: AddressOptions): SocketAddress;
/** @throws ERR_IPEM_INSECURE the address can be reached from other machines, and nobody said that this is wanted */
export declare function checkExposure(address: SocketAddress, { tls, insecure }: {
    tls: object | null;
    insecure: boolean;
}): void;
/** Only literal addresses can be: a name is what the resolver says it is today. */
export declare function isLoopback(host: string): boolean;
/** The address under which a process reaches itself: "every interface" is no address to dial. */
export declare function dialable(address: SocketAddress): SocketAddress;
/** For messages: a path, or `host:port`. */
export declare function describeAddress(address: SocketAddress): string;
/** Named pipes vanish with their last handle and are no files; everything about stale files is not for them. */
export declare function isWindowsPipe(socketPath: string): boolean;
export {};
