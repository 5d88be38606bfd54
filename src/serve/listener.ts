// What a place to serve on is: plain facts, and how they are read from what users write. Binds nothing.

import type { ListenerOptions, TcpListenerOptions, UnixListenerOptions } from './config/config-types.js'

export type TcpFamily = 'tcp' | 'tcp4' | 'tcp6'

export interface UnixPlace {
  readonly kind: 'unix'
  readonly path: string
  readonly mode: number | undefined
  readonly backlog: number
}

export interface TcpPlace {
  readonly kind: 'tcp'
  readonly host: string | undefined
  readonly port: number
  readonly family: TcpFamily
  readonly backlog: number
}

export type Place = UnixPlace | TcpPlace

/** Where nobody says, as in Node. */
export const BACKLOG = 511

/** What holds for places that do not say otherwise. */
export interface PlaceDefaults {
  readonly family: TcpFamily
  readonly host: string | undefined
  readonly backlog: number
}

/** Two places with the same key are the same place. */
export function placeKey(place: Place): string {
  if (place.kind === 'unix') return `unix:${place.path}`
  return `${place.family}:${place.host ?? '*'}:${place.port}`
}

export function placeName(place: Place): string {
  if (place.kind === 'unix') return place.path
  const { host = '*', port } = place
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** A port, `host:port`, `[::1]:port` or a path; null where a text is none of them. */
export function parsePlace(given: ListenerOptions, defaults: PlaceDefaults): Place | null {
  if (typeof given === 'number') return tcpPlace({ port: given }, defaults)
  if (typeof given === 'object') return 'path' in given ? unixPlace(given, defaults) : tcpPlace(given, defaults)
  if (/^\d+$/.test(given)) return portPlace(Number(given), undefined, defaults)
  const parts = /^(?:\[([^\]]+)\]|([^/:]+)):(\d+)$/.exec(given)
  if (parts) {
    const host = parts[1] ?? parts[2]
    const everywhere = { ...defaults, host: undefined }
    return host === '*'
      ? portPlace(Number(parts[3]), undefined, everywhere)
      : portPlace(Number(parts[3]), host, defaults)
  }
  return given.includes('/') ? unixPlace({ path: given }, defaults) : null
}

function portPlace(port: number, host: string | undefined, defaults: PlaceDefaults): Place | null {
  return port <= 65535 ? tcpPlace({ port, host }, defaults) : null
}

function unixPlace({ path, mode, backlog }: UnixListenerOptions, defaults: PlaceDefaults): UnixPlace {
  const bits = typeof mode === 'string' ? Number.parseInt(mode, 8) : mode
  return { kind: 'unix', path, mode: bits, backlog: backlog ?? defaults.backlog }
}

function tcpPlace({ port, host, tcp, backlog }: TcpListenerOptions, defaults: PlaceDefaults): TcpPlace {
  const where = host ?? defaults.host
  // An address says by itself what it is.
  const family = where?.includes(':') ? 'tcp6' : (tcp ?? defaults.family)
  return { kind: 'tcp', host: where, port, family, backlog: backlog ?? defaults.backlog }
}

/** At the same path, or the same port, wherever. */
export function samePort(one: Place, other: Place): boolean {
  if (one.kind === 'tcp' && other.kind === 'tcp') return one.port === other.port
  return one.kind === 'unix' && other.kind === 'unix' && one.path === other.path
}

/** Of IPv6, and not of IPv4 too. */
export function isIpv6Only(place: Place): boolean {
  if (place.kind === 'unix' || place.family !== 'tcp6') return false
  return place.host === undefined || !isAny(place.host)
}

/** Every address of this machine. */
export function isAny(host: string | undefined): boolean {
  return host === undefined || host === '0.0.0.0' || host === '::'
}
