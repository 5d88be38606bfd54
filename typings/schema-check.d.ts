import { IpemError } from './errors.js';
export declare class SchemaCheck {
    #private;
    /** @throws ERR_IPEM_INVALID_OPTION a schema is none */
    constructor(schemas: Readonly<Record<string, object | boolean>>);
    get active(): boolean;
    /** Why the arguments do not fit, or null. */
    check(event: string, args: readonly unknown[]): IpemError | null;
}
