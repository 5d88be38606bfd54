/** A rejection that nobody waits for is not an unhandled one: whoever asks for the promise still gets it. */
export declare class Deferred<T> {
    #private;
    readonly promise: Promise<T>;
    constructor();
    get settled(): boolean;
    resolve(value: T): void;
    reject(error: Error): void;
}
