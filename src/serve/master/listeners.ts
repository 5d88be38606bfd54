// The sockets of a master: binds them, owns them while workers come and go, gives them to a new master, and finds the one
// a worker's server means.

import { lookup } from 'node:dns/promises'
import fs from 'node:fs'
import net from 'node:net'
import { getSystemErrorName } from 'node:util'
import { IpemError } from '../../index.js'
import { identityOf, kindOf, removeFile, type SocketIdentity, takeName, uniqueBeside } from '../../join/socket-file.js'
import type { ListenQuery } from '../handle-channel.js'
import { type Place, placeKey, placeName, type TcpPlace, type UnixPlace } from '../listener.js'
import {
  addressOf,
  adoptDescriptor,
  type Bound,
  bindTcp,
  bindUnix,
  type NativeListener,
  pathOf,
} from '../native-listener.js'

/** How the keys of sockets from systemd begin. */
export const SYSTEMD = 'systemd:'

/** Where nobody says, as in Node. */
const BACKLOG = 511

/** How the keys of sockets begin that an app has asked for by itself. */
export const OWN = 'own:'

export interface OpenListener {
  readonly key: string
  readonly place: Place
  readonly handle: NativeListener
  /** As a person would name it: `127.0.0.1:3000`, or a path. */
  readonly name: string
  /** The file of a Unix socket, as this master made it; null if it is not ours to remove. */
  readonly file: SocketIdentity
}

/** An open socket on its way to a new master. */
export interface HandedListener {
  readonly key: string
  readonly place: Place
  readonly fd: number
  readonly file: SocketIdentity
}

export class Listeners {
  readonly #open = new Map<string, OpenListener>()
  readonly #opening = new Map<string, Promise<OpenListener>>()

  get all(): readonly OpenListener[] {
    return [...this.#open.values()]
  }

  /**
   * Open after it was open before is the same socket.
   *
   * @param reusePort workers bind it too
   * @throws ERR_IPEM_LISTEN
   */
  async open(place: Place, key: string = placeKey(place), reusePort = false): Promise<OpenListener> {
    const present = this.#open.get(key) ?? this.#claim(place, key)
    if (present !== undefined) return present
    // Workers that start together ask for the same place at the same time.
    const opening = this.#opening.get(key) ?? this.#bind(place, key, reusePort)
    this.#opening.set(key, opening)
    try {
      return await opening
    } finally {
      this.#opening.delete(key)
    }
  }

  async #bind(place: Place, key: string, reusePort: boolean): Promise<OpenListener> {
    if (place.kind === 'unix') return this.#add(key, place, ...(await bindUnixPlace(place)))
    return this.#add(key, place, await bindTcpPlace(place, reusePort), null)
  }

  /** A socket that was bound by an old master or by systemd. */
  adopt(place: Place, fd: number, file: SocketIdentity, key: string = placeKey(place)): OpenListener {
    return this.#add(key, place, bound(adoptDescriptor(fd), place), file)
  }

  /** One that was bound by systemd, wherever that is. systemd removes its own files. */
  adoptNameless(fd: number, key: string): OpenListener {
    const unknown: Place = { kind: 'unix', path: `fd ${fd}`, mode: undefined, backlog: BACKLOG }
    const handle = bound(adoptDescriptor(fd), unknown)
    const address = addressOf(handle)
    if (address === null) return this.#add(key, { ...unknown, path: pathOf(fd) ?? unknown.path }, handle, null)
    const family = net.isIPv6(address.address) ? 'tcp6' : 'tcp4'
    return this.#add(
      key,
      { kind: 'tcp', host: address.address, port: address.port, family, backlog: BACKLOG },
      handle,
      null,
    )
  }

  /**
   * One that listens already, whether or not it was opened here.
   *
   * @throws ERR_IPEM_LISTEN it is no such descriptor
   */
  byDescriptor(fd: number, key: string): OpenListener {
    const present = this.all.find(({ handle }) => handle.fd === fd)
    if (present !== undefined) return present
    const place: Place = { kind: 'unix', path: `fd ${fd}`, mode: undefined, backlog: BACKLOG }
    return this.#add(key, place, bound(adoptDescriptor(fd), place), null)
  }

  get(key: string): OpenListener | undefined {
    return this.#open.get(key)
  }

  /** For a new master; the sockets stay open here. */
  handOver(): HandedListener[] {
    return this.all.map(({ key, place, handle, file }) => ({ key, place, fd: handle.fd, file }))
  }

  /**
   * Lets go of one. What waits in its queue is lost unless somebody else has it open.
   *
   * @param shared somebody else goes on with it: the file of a Unix socket stays
   */
  close(key: string, shared: boolean): void {
    const listener = this.#open.get(key)
    if (listener === undefined) return
    this.#open.delete(key)
    if (!shared && listener.place.kind === 'unix') removeFile(listener.place.path, listener.file)
    listener.handle.close()
  }

  /** The places of the sockets systemd gave that no place of the configuration has claimed. */
  get unclaimed(): readonly Place[] {
    return this.all.filter(({ key }) => key.startsWith(SYSTEMD)).map(({ place }) => place)
  }

  /** One that systemd gave, whatever it is called there, is the place with the same address. */
  #claim(place: Place, key: string): OpenListener | undefined {
    const same = this.all.find((each) => each.key.startsWith(SYSTEMD) && isAt(each.place, place))
    if (same === undefined) return undefined
    this.#open.delete(same.key)
    return this.#add(key, place, same.handle, same.file)
  }

  #add(key: string, place: Place, handle: NativeListener, file: SocketIdentity): OpenListener {
    const address = addressOf(handle)
    const name = address === null ? placeName(place) : nameOf(address)
    const listener = { key, place, handle, file, name }
    this.#open.set(key, listener)
    return listener
  }
}

/**
 * The place a server in a worker means. An app that listens by itself gets the places of the configuration, the first
 * one for its first server and so on, whatever port is in its code; where there are none it gets what it asks for.
 *
 * @returns null where another server of the same worker has it
 */
export function placeFor(query: ListenQuery, configured: readonly Place[]): { key: string; place: Place } | null {
  if (query.key !== undefined) {
    const place = configured.find((each) => placeKey(each) === query.key)
    if (place !== undefined) return { key: query.key, place }
  }
  const { taken, fd } = query
  if (fd !== undefined) {
    const key = `${OWN}fd:${fd}`
    return { key, place: { kind: 'unix', path: `fd ${fd}`, mode: undefined, backlog: BACKLOG } }
  }
  const asked = placeOf(query)
  const free = configured.filter((place) => place.kind === asked.kind && !taken.includes(placeKey(place)))
  const place = free.find((each) => samePort(each, asked)) ?? free[0]
  if (place !== undefined) return { key: placeKey(place), place }
  const own = `${OWN}${placeKey(asked)}`
  if (asked.kind === 'unix' || asked.port !== 0) return taken.includes(own) ? null : { key: own, place: asked }
  // Servers on any free port are told apart by their order, which is the same in each worker.
  const count = taken.filter((key) => key.startsWith(own)).length
  return { key: `${own}#${count}`, place: asked }
}

function placeOf({ address, port, addressType, backlog = BACKLOG }: ListenQuery): Place {
  if (addressType === -1) return { kind: 'unix', path: address ?? '', mode: undefined, backlog }
  // Without an address Node asks for IPv4 in a worker, and means every address.
  const family = address === null ? 'tcp' : addressType === 6 ? 'tcp6' : 'tcp4'
  return { kind: 'tcp', host: address ?? undefined, port, family, backlog }
}

function samePort(one: Place, other: Place): boolean {
  if (one.kind === 'tcp' && other.kind === 'tcp') return one.port === other.port
  return one.kind === 'unix' && other.kind === 'unix' && one.path === other.path
}

function nameOf({ address, port }: { address: string; port: number }): string {
  return net.isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`
}

function isAt(given: Place, place: Place): boolean {
  if (given.kind === 'unix' || place.kind === 'unix') return samePort(given, place)
  if (given.port !== place.port) return false
  return given.host === place.host || (place.host === undefined && isAny(given.host))
}

function isAny(host: string | undefined): boolean {
  return host === undefined || host === '0.0.0.0' || host === '::'
}

async function bindTcpPlace(place: TcpPlace, reusePort: boolean): Promise<NativeListener> {
  const { host, port, family } = place
  if (host === undefined) {
    // Both families at once, where the system has IPv6.
    const both = family === 'tcp4' ? -1 : bindTcp('::', port, 6, { ipv6Only: family === 'tcp6', reusePort })
    if (typeof both !== 'number') return both
    if (family === 'tcp6') return bound(both, place)
    return bound(bindTcp('0.0.0.0', port, 4, { ipv6Only: false, reusePort }), place)
  }
  const { address, version } = await addressFor(host, place)
  return bound(bindTcp(address, port, version, { ipv6Only: family === 'tcp6' && !isAny(host), reusePort }), place)
}

async function addressFor(host: string, place: TcpPlace): Promise<{ address: string; version: 4 | 6 }> {
  const version = net.isIP(host)
  if (version !== 0) return { address: host, version: version as 4 | 6 }
  try {
    // Everywhere else in ipem it means this address and no other.
    if (host === 'localhost' && place.family !== 'tcp6') return { address: '127.0.0.1', version: 4 }
    const family = place.family === 'tcp6' ? 6 : place.family === 'tcp4' ? 4 : 0
    const found = await lookup(host, { family })
    return { address: found.address, version: found.family as 4 | 6 }
  } catch (cause) {
    throw new IpemError('ERR_IPEM_LISTEN', `Cannot listen at ${placeName(place)}: ${(cause as Error).message}`, {
      cause,
    })
  }
}

async function bindUnixPlace(place: UnixPlace): Promise<[NativeListener, SocketIdentity]> {
  const { path: file, mode } = place
  if (kindOf(file) === 'not-a-socket') throw listenError(place, 'a file that is no socket is there')
  const before = identityOf(file)
  if (before !== null && (await answers(file))) throw listenError(place, 'EADDRINUSE')
  const own = uniqueBeside(file)
  const handle = bound(bindUnix(own), place)
  if (mode !== undefined) fs.chmodSync(own, mode)
  const identity = identityOf(own)
  if (!takeName(own, file, before)) {
    handle.close()
    throw listenError(place, 'EADDRINUSE')
  }
  return [handle, identity]
}

/** Whether somebody listens at a Unix socket. */
function answers(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(file)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
    )
  })
}

function bound(result: Bound, place: Place): NativeListener {
  if (typeof result !== 'number') return result
  throw listenError(place, getSystemErrorName(result))
}

function listenError(place: Place, why: string): IpemError {
  return new IpemError('ERR_IPEM_LISTEN', `Cannot listen at ${placeName(place)}: ${why}`, {
    path: placeName(place),
    errno: why,
  })
}
