import type { IpemError } from '../errors.js';
/** Emits an `error` event; answers whether anybody listened. */
export type EmitError = (error: IpemError) => boolean;
export declare class Faults {
    #private;
    constructor(emit: EmitError);
    /** A fault of this process: without a listener it is thrown, as in Node. */
    fault(error: IpemError): void;
    /** Something was lost or refused that harms nobody else: without a listener one warning for each code and target. */
    loss(error: IpemError): void;
    warning(text: string, code: string): void;
}
