import { IpemError } from '../errors.js';
import type { Message } from '../message.js';
import type { Track } from './track.js';
export declare const cancelArgs: readonly unknown[];
export declare function isCancel(message: Message): boolean;
/** `payload`: the encoded arguments of the message, if they are to go back to its origin. */
export declare function noticeArgs(track: Track, error: IpemError, payload: Buffer | null): unknown[];
/**
 * The error a notice stands for, with the undelivered message as far as it came back; null if it makes no sense.
 * Only the two codes a relay can give are believed.
 */
export declare function errorOfNotice({ args, pids }: Message): IpemError | null;
