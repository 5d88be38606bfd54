// The sockets of a master: owns them while workers come and go, and gives them to a new master.

import net from 'node:net'
import { removeFile, type SocketIdentity } from '../../join/socket-file.js'
import { BACKLOG, isAny, type Place, placeKey, placeName, samePort } from '../listener.js'
import { addressOf, adoptDescriptor, type NativeListener, pathOf } from '../native-listener.js'
import { bindTcpPlace, bindUnixPlace, bound, listenError } from './bind-place.js'

/** How the keys of sockets from systemd begin. */
export const SYSTEMD = 'systemd:'

export interface OpenListener {
  readonly key: string
  readonly place: Place
  readonly handle: NativeListener
  /** As a person would name it: `127.0.0.1:3000`, or a path. */
  readonly name: string
  /** The file of a Unix socket, as this master made it; null if it is not ours to remove. */
  readonly file: SocketIdentity
  /** Workers can bind it too. */
  readonly reusePort: boolean
}

/** An open socket on its way to a new master. */
export interface HandedListener {
  readonly key: string
  readonly place: Place
  readonly fd: number
  readonly file: SocketIdentity
  readonly reusePort: boolean
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
    if (present !== undefined) {
      if (reusePort && !present.reusePort)
        throw listenError(place, 'it was bound for one alone, `accept` needs a new start')
      return present
    }
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
    return this.#add(key, place, await bindTcpPlace(place, reusePort), null, reusePort)
  }

  /** A socket that was bound by an old master or by systemd. */
  adopt({ place, fd, file, key, reusePort }: HandedListener): OpenListener {
    return this.#add(key, place, bound(adoptDescriptor(fd), place), file, reusePort)
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
    return this.all.map(({ key, place, handle, file, reusePort }) => ({ key, place, fd: handle.fd, file, reusePort }))
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
    return this.#add(key, place, same.handle, same.file, same.reusePort)
  }

  #add(key: string, place: Place, handle: NativeListener, file: SocketIdentity, reusePort = false): OpenListener {
    const address = addressOf(handle)
    const name = address === null ? placeName(place) : nameOf(address)
    const listener = { key, place, handle, file, name, reusePort }
    this.#open.set(key, listener)
    return listener
  }
}

function nameOf({ address, port }: { address: string; port: number }): string {
  return net.isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`
}

function isAt(given: Place, place: Place): boolean {
  if (given.kind === 'unix' || place.kind === 'unix') return samePort(given, place)
  if (given.port !== place.port) return false
  return given.host === place.host || (place.host === undefined && isAny(given.host))
}
