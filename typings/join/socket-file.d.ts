/** Which file it is: the inode alone is used again as soon as it is free. Null: no file, or no socket. */
export type SocketIdentity = string | null;
/** `not-a-socket` is never touched. */
export type FileKind = 'none' | 'socket' | 'not-a-socket';
export declare function kindOf(file: string): FileKind;
export declare function identityOf(file: string): SocketIdentity;
/**
 * A name in the same folder that fits into a socket address, as random as there is room for. The file system
 * must be the same for link(2) and rename(2), and only this folder is sure to be.
 */
export declare function uniqueBeside(file: string): string;
/**
 * Gives the bound socket `own` the name `file`. Returns false when somebody else has it.
 *
 * `stale` is the file that was there when a dial was refused, hence dead for good; any other is somebody's. To
 * replace exactly that one, it is moved away first and looked at where nobody else can change it. A live one that
 * was moved by mistake, because it came between the look and the move, is moved back at once; whoever took the name
 * in between is new and finds out when it dials itself.
 *
 * @throws the error of the file system
 */
export declare function takeName(own: string, file: string, stale: SocketIdentity): boolean;
/** Removes the file if it still is this one. To be called while its server still listens: nobody takes it then. */
export declare function removeFile(file: string, identity: SocketIdentity): void;
