import { type SocketIdentity } from '../../join/socket-file.js';
import type { ListenQuery } from '../handle-channel.js';
import { type Place } from '../listener.js';
import { type NativeListener } from '../native-listener.js';
/** How the keys of sockets from systemd begin. */
export declare const SYSTEMD = "systemd:";
/** How the keys of sockets begin that an app has asked for by itself. */
export declare const OWN = "own:";
export interface OpenListener {
    readonly key: string;
    readonly place: Place;
    readonly handle: NativeListener;
    /** As a person would name it: `127.0.0.1:3000`, or a path. */
    readonly name: string;
    /** The file of a Unix socket, as this master made it; null if it is not ours to remove. */
    readonly file: SocketIdentity;
}
/** An open socket on its way to a new master. */
export interface HandedListener {
    readonly key: string;
    readonly place: Place;
    readonly fd: number;
    readonly file: SocketIdentity;
}
export declare class Listeners {
    #private;
    get all(): readonly OpenListener[];
    /**
     * Open after it was open before is the same socket.
     *
     * @param reusePort workers bind it too
     * @throws ERR_IPEM_LISTEN
     */
    open(place: Place, key?: string, reusePort?: boolean): Promise<OpenListener>;
    /** A socket that was bound by an old master or by systemd. */
    adopt(place: Place, fd: number, file: SocketIdentity, key?: string): OpenListener;
    /** One that was bound by systemd, wherever that is. systemd removes its own files. */
    adoptNameless(fd: number, key: string): OpenListener;
    /**
     * One that listens already, whether or not it was opened here.
     *
     * @throws ERR_IPEM_LISTEN it is no such descriptor
     */
    byDescriptor(fd: number, key: string): OpenListener;
    get(key: string): OpenListener | undefined;
    /** For a new master; the sockets stay open here. */
    handOver(): HandedListener[];
    /**
     * Lets go of one. What waits in its queue is lost unless somebody else has it open.
     *
     * @param shared somebody else goes on with it: the file of a Unix socket stays
     */
    close(key: string, shared: boolean): void;
    /** The places of the sockets systemd gave that no place of the configuration has claimed. */
    get unclaimed(): readonly Place[];
}
/**
 * The place a server in a worker means. An app that listens by itself gets the places of the configuration, the first
 * one for its first server and so on, whatever port is in its code; where there are none it gets what it asks for.
 *
 * @returns null where another server of the same worker has it
 */
export declare function placeFor(query: ListenQuery, configured: readonly Place[]): {
    key: string;
    place: Place;
} | null;
