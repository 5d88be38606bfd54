import type { RequestPort } from './port.js';
export declare class GoneWatch {
    #private;
    constructor(port: RequestPort);
    retain(): void;
    release(): void;
}
