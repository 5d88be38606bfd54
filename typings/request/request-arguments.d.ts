/** Longest delay of a Node timer in milliseconds; a longer one would fire at once. */
export declare const MAX_TIMEOUT_MS: number;
/**
 * The options of a request, after its arguments.
 *
 * The last argument is taken for options exactly when it is a plain object with at least one key and no other keys
 * than these. To send such an object as data, put options behind it; `{ signal: undefined }` is enough.
 */
export interface RequestOptions {
    /**
     * Milliseconds until the request ends with `ERR_IPEM_TIMEOUT`: 0 to 2,147,483,647 or Infinity. 0 and Infinity: never.
     *
     * @default the option `requestTimeout` of this ipem
     */
    readonly timeout?: number | undefined;
    /** Ends the request with `ERR_IPEM_ABORTED`; its reason is the `cause`. */
    readonly signal?: AbortSignal | undefined;
}
/** The arguments and the options of one request, told apart and checked. */
export interface RequestCall {
    readonly args: readonly unknown[];
    /** Milliseconds; 0: no timeout. */
    readonly timeoutMs: number;
    readonly signal: AbortSignal | undefined;
}
/**
 * Tells the options from the arguments, see {@link RequestOptions}.
 *
 * @throws ERR_IPEM_INVALID_ARG the last argument is options with a wrong value
 */
export declare function parseRequestArguments(rest: readonly unknown[], defaultTimeoutMs: number): RequestCall;
