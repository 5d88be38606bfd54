import type { ProcessInfo, ProcessRole } from '../process-info.js';
/** A pid no other process has, on any host, before or after a restart. */
export declare function makePid(osPid: number): string;
export declare function describeSelf(role: ProcessRole): ProcessInfo;
