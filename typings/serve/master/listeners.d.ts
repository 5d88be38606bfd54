import { type SocketIdentity } from '../../join/socket-file.js';
import { type Place } from '../listener.js';
import { type NativeListener } from '../native-listener.js';
/** How the keys of sockets from systemd begin. */
export declare const SYSTEMD = "systemd:";
export interface OpenListener {
    readonly key: string;
    readonly place: Place;
    readonly handle: NativeListener;
    /** As a person would name it: `127.0.0.1:3000`, or a path. */
    readonly name: string;
    /** The file of a Unix socket, as this master made it; null if it is not ours to remove. */
    readonly file: SocketIdentity;
    /** Workers can bind it too. */
    readonly reusePort: boolean;
}
/** An open socket on its way to a new master. */
export interface HandedListener {
    readonly key: string;
    readonly place: Place;
    readonly fd: number;
    readonly file: SocketIdentity;
    readonly reusePort: boolean;
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
    adopt({ place, fd, file, key, reusePort }: HandedListener): OpenListener;
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
