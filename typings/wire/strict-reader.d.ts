/** Every method throws ERR_IPEM_PROTOCOL when something else stands next, or the bytes end too early. */
export declare class StrictReader {
    #private;
    constructor(bytes: Buffer, start: number, end: number);
    /** The head of an array of at most `most` elements. Returns how many follow. */
    array(most: number): number;
    /** A whole number below 2^32. */
    whole(): number;
    /** A string of at most `most` bytes of UTF-8. */
    text(most: number): string;
    /** Exactly `length` bytes, copied. */
    binary(length: number): Buffer;
    /** What `read` reads, or undefined where nil stands. */
    optional<T>(read: () => T): T | undefined;
    /** Nothing may follow. */
    finish(): void;
}
