/** A JSON schema with the keywords `scripts/build-validators.js` adds. */
export interface OptionSchema {
    readonly type?: string | readonly string[];
    readonly properties?: Readonly<Record<string, OptionSchema>>;
    readonly additionalProperties?: boolean | OptionSchema;
    readonly propertyNames?: OptionSchema;
    readonly required?: readonly string[];
    readonly items?: OptionSchema;
    readonly minItems?: number;
    readonly anyOf?: readonly OptionSchema[];
    readonly not?: OptionSchema;
    readonly const?: unknown;
    readonly enum?: readonly unknown[];
    readonly minimum?: number;
    readonly maximum?: number;
    readonly minLength?: number;
    readonly pattern?: string;
    readonly default?: unknown;
    /** Fits a Buffer or Uint8Array of at least so many bytes. */
    readonly minBytes?: number;
    /** Fits a string of at most so many bytes of UTF-8. */
    readonly maxUtf8Bytes?: number;
    /** Fits an instance of this global class. */
    readonly instance?: 'URL' | 'AbortSignal';
    /** Completes the sentence "Expected `option` to be …". Errors below this schema are reported here. */
    readonly expected?: string;
    /** The value never stands in an error. */
    readonly secret?: boolean;
}
/** What `options()` takes. */
export declare const OPTIONS_SCHEMA: OptionSchema;
/** What `fork()` takes. */
export declare const FORK_SCHEMA: OptionSchema;
/** What `worker()` takes. */
export declare const WORKER_SCHEMA: OptionSchema;
