// Gives workers the sockets their servers ask for, and passes on the connections they hand in.

import type { PlainConfig } from '../config/resolved.js'
import type { ListenQuery, SentHandle, ToMaster } from '../handle-channel.js'
import { isIpv6Only } from '../listener.js'
import { type NativeConnection, type NativeListener, peerOf } from '../native-listener.js'
import { Acceptors } from './acceptor.js'
import { Exchange } from './exchange.js'
import type { Listeners } from './listeners.js'
import { OWN, placeFor } from './place-for.js'
import type { WorkerProcess } from './worker-process.js'

/** EADDRINUSE, as libuv numbers it: what a server of Node makes the clearest error of. */
const EADDRINUSE = -98

/** As the workers themselves would have it, if the app says nothing. */
const BACKLOG = 511

export class SocketDesk {
  readonly exchange: Exchange
  readonly acceptors = new Acceptors((key, connection) => this.#accepted(key, connection))
  readonly #listeners: Listeners
  readonly #workers: () => readonly WorkerProcess[]
  readonly #config: () => PlainConfig
  readonly #onError: (error: unknown) => void
  readonly #onChange: () => void

  constructor(
    listeners: Listeners,
    workers: () => readonly WorkerProcess[],
    config: () => PlainConfig,
    onError: (error: unknown) => void,
    onChange: () => void = () => {},
  ) {
    this.exchange = new Exchange(workers)
    this.#workers = workers
    this.#listeners = listeners
    this.#config = config
    this.#onError = onError
    this.#onChange = onChange
  }

  receive(worker: WorkerProcess, message: ToMaster, handle: SentHandle | undefined): void {
    if (message.act === 'listen') void this.#listen(worker, message.id, message.query)
    else if (message.act === 'taken') this.exchange.taken(message.id)
    else if (message.act === 'closed') {
      worker.keys.delete(message.key)
      this.workersChanged(this.#workers())
    } else if (message.act === 'leaving') {
      worker.sealed = true
      worker.send({ act: 'last' })
      this.#onChange()
    } else if (handle === undefined) return
    else if (message.act === 'pass') this.exchange.pass(message, handle)
    else this.acceptors.start(message.key, handle as NativeListener, BACKLOG)
  }

  /** This process takes connections, too. */
  serveHere(pid: string, take: (connection: NativeConnection) => void): void {
    this.exchange.here = { pid, take }
  }

  /** Sockets that apps have asked for and nobody has any more: a program that calls there should hear of it. */
  closeUnused(workers: readonly WorkerProcess[]): void {
    // Before a reload the master may have accepted.
    if (!this.#remote) this.acceptors.close()
    for (const { key } of this.#listeners.all) {
      if (key.startsWith(OWN) && !workers.some(({ keys }) => keys.has(key))) this.closeOne(key, false)
    }
  }

  /**
   * Nobody new is to wait at a door that will not be opened.
   *
   * @param shared another master has the sockets too, and serves who waits
   */
  close(shared: boolean): void {
    this.acceptors.close()
    for (const { key } of this.#listeners.all) this.#listeners.close(key, shared)
  }

  /** Nobody is to serve there any more. */
  closeOne(key: string, shared: boolean): void {
    this.acceptors.stop(key)
    this.exchange.abandon(key)
    this.#listeners.close(key, shared)
  }

  /** The master accepts. With a header or a cookie those do who can read it. */
  get #remote(): boolean {
    const { accept, sticky } = this.#config()
    return sticky === 'ip' || (accept === 'round-robin' && sticky === undefined)
  }

  /** Nobody serves at these any more: what comes is for another master, or for a worker that comes later. */
  workersChanged(workers: readonly WorkerProcess[]): void {
    for (const key of this.acceptors.keys) {
      if (!workers.some(({ keys, phase }) => keys.has(key) && phase !== 'draining')) this.acceptors.stop(key)
    }
  }

  async #listen(worker: WorkerProcess, id: number, query: ListenQuery): Promise<void> {
    const { places, placesGiven, accept } = this.#config()
    const configured = placesGiven || query.key !== undefined ? places : []
    const found = placeFor(query, configured)
    const refuse = (key: string) =>
      worker.send({
        act: 'listen',
        id,
        key,
        errno: EADDRINUSE,
        remote: false,
        copy: false,
        reusePort: false,
        ipv6Only: false,
      })
    if (found === null) {
      refuse('')
      return
    }
    const { key, place } = found
    try {
      if (query.fd !== undefined) {
        const { handle } = this.#listeners.byDescriptor(query.fd, key)
        worker.keys.add(key)
        worker.send(
          { act: 'listen', id, key, errno: 0, remote: false, copy: false, reusePort: false, ipv6Only: false },
          handle,
        )
        return
      }
      const reusePort = accept === 'reuseport' && place.kind === 'tcp'
      const { handle } = await this.#listeners.open(place, key, reusePort)
      worker.keys.add(key)
      const remote = this.#remote
      const copy = remote && !this.acceptors.has(key)
      worker.send({ act: 'listen', id, key, errno: 0, remote, copy, reusePort, ipv6Only: isIpv6Only(place) }, handle)
    } catch (error) {
      this.#onError(error)
      refuse(key)
    }
  }

  #accepted(key: string, connection: NativeConnection): void {
    const client = this.#config().sticky === 'ip' ? peerOf(connection) : null
    this.exchange.pass({ key, ...(client !== null && { client }) }, connection)
  }
}
