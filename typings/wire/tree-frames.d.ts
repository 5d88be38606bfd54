import { type OfflineInfo, type ProcessInfo } from '../process-info.js';
/** `pids` is the way so far, the sender last. */
export type TopologyFrame = {
    readonly what: 'online';
    readonly pids: readonly string[];
    readonly process: ProcessInfo;
    readonly parent: string;
} | {
    readonly what: 'offline';
    readonly pids: readonly string[];
    readonly pid: string;
    readonly info: OfflineInfo;
} | {
    readonly what: 'way';
    readonly way: readonly string[];
};
export interface InterestFrame {
    readonly add: readonly string[];
    readonly remove: readonly string[];
}
export declare function encodeTopology(frame: TopologyFrame): Buffer;
/** @throws ERR_IPEM_PROTOCOL */
export declare function decodeTopology(bytes: Buffer, start: number, end: number): TopologyFrame;
export declare function encodeInterest(frame: InterestFrame): Buffer;
/** @throws ERR_IPEM_PROTOCOL */
export declare function decodeInterest(bytes: Buffer, start: number, end: number): InterestFrame;
