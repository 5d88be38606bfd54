export interface Sink {
    /** Whole lines. Never throws: a full disk must not end a server. */
    write(lines: Buffer | string): void;
    /** @throws the error of the file system; the sink then goes on with what it had */
    reopen(): void;
    close(): void;
}
/** Appends to a file. */
export declare class LogFile implements Sink {
    #private;
    /** @throws the error of the file system */
    constructor(path: string);
    /** Closed, its number may be another file's. */
    write(lines: Buffer | string): void;
    /** The old one is closed only when the new one is open. */
    reopen(): void;
    close(): void;
}
/** Standard output or standard error of this process. */
export declare class Descriptor implements Sink {
    #private;
    constructor(fd: 1 | 2);
    write(lines: Buffer | string): void;
    reopen(): void;
    close(): void;
}
