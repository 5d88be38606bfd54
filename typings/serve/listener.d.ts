import type { ListenerOptions } from './config/config-types.js';
export type TcpFamily = 'tcp' | 'tcp4' | 'tcp6';
export interface UnixPlace {
    readonly kind: 'unix';
    readonly path: string;
    readonly mode: number | undefined;
    readonly backlog: number;
}
export interface TcpPlace {
    readonly kind: 'tcp';
    readonly host: string | undefined;
    readonly port: number;
    readonly family: TcpFamily;
    readonly backlog: number;
}
export type Place = UnixPlace | TcpPlace;
/** Where nobody says, as in Node. */
export declare const BACKLOG = 511;
/** What holds for places that do not say otherwise. */
export interface PlaceDefaults {
    readonly family: TcpFamily;
    readonly host: string | undefined;
    readonly backlog: number;
}
/** Two places with the same key are the same place. */
export declare function placeKey(place: Place): string;
export declare function placeName(place: Place): string;
/** A port, `host:port`, `[::1]:port` or a path; null where a text is none of them. */
export declare function parsePlace(given: ListenerOptions, defaults: PlaceDefaults): Place | null;
/** At the same path, or the same port, wherever. */
export declare function samePort(one: Place, other: Place): boolean;
/** Of IPv6, and not of IPv4 too. */
export declare function isIpv6Only(place: Place): boolean;
/** Every address of this machine. */
export declare function isAny(host: string | undefined): boolean;
