// Where the servers of a worker get their sockets: from the master, which owns them. An app's own `listen` is led there as
// well, at the place where Node's cluster asks for a socket; so nothing of the app or of `net` is changed.

import cluster from 'node:cluster'
import net from 'node:net'
import path from 'node:path'
import { type Channel, HandleChannel, type ListenQuery, type ToMaster, type ToWorker } from '../handle-channel.js'
import { addressOf, type NativeConnection, type NativeListener, remoteListener } from '../native-listener.js'
import { clientOf, type Sticky } from '../sticky.js'
import { PassQueue } from './pass-queue.js'
import { readHead } from './request-head.js'
import { bindAgain, EINVAL, takeWith } from './stand-ins.js'

/** `errno` or a handle, for the server that asked. */
type Answer = (errno: number, handle: NativeListener | null) => void

/** https://github.com/nodejs/node/blob/v20.x/lib/internal/cluster/child.js */
interface ClusterInside {
  _getServer(server: unknown, query: ListenQuery & { addressType: number | string }, answer: Answer): void
}

export interface ListenHandlers {
  /** A server is about to listen, for the first time. Its socket is asked for when this resolves. */
  beforeListen(server: net.Server): Promise<void>
  /** `beforeListen` has failed, so it does not listen. */
  onFault(error: unknown): void
  /** The pid of the worker that should have a connection which was just accepted; null: this one. */
  passTo(): string | null
  /** By what clients are told apart; then the master knows who should have a connection. */
  readonly sticky: Exclude<Sticky, 'ip'> | undefined
}

/** What Node does with a connection. */
type Accept = NonNullable<NativeListener['onconnection']>

export class ListenHook {
  readonly #channel: HandleChannel<ToMaster, ToWorker>
  readonly #handlers: ListenHandlers
  readonly #asked = new Map<number, (message: ToWorker, handle: NativeListener | undefined) => void>()
  #lastId = 0
  #turn = Promise.resolve()
  #onLast: () => void = () => {}
  #closing = false
  readonly #passing = new PassQueue()
  /** Connections whose first request is being read. */
  #reading = 0
  #onRead: () => void = () => {}
  readonly #servers = new Map<string, net.Server>()
  /** The keys of the sockets that servers of this worker listen at. */
  readonly #taken = new Set<string>()
  /** By the keys of all that it has ever listened at: while it leaves, what others pass on must still be taken. */
  readonly #accepts = new Map<string, OmitThisParameter<Accept>>()
  /** The place of the configuration that the server which listens right now is to have. */
  #wanted: string | undefined

  constructor(handlers: ListenHandlers) {
    this.#handlers = handlers
    this.#channel = new HandleChannel(process as unknown as Channel, (message, handle) => {
      if (message.act === 'last') this.#onLast()
      else if (message.act === 'take') this.#take(message, handle as NativeConnection | undefined)
      else {
        const answer = this.#asked.get(message.id)
        this.#asked.delete(message.id)
        answer?.(message, handle as NativeListener | undefined)
      }
    })
    const inside = cluster as unknown as ClusterInside
    const original = inside._getServer.bind(cluster)
    inside._getServer = (server, query, answer) => {
      // Sockets of UDP go their own way.
      if (server instanceof net.Server) this.#askInTurn(server, query as ListenQuery, answer)
      else original(server, query, answer)
    }
  }

  /** Makes a server listen at a place of the configuration. */
  listen(server: net.Server, key: string, backlog: number): Promise<void> {
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.once('listening', () => {
        server.off('error', reject)
        resolve()
      })
      this.#wanted = key
      try {
        // Without an address Node asks at once.
        server.listen({ port: 0, backlog })
      } finally {
        this.#wanted = undefined
      }
    })
  }

  /** Resolves when no connection is on its way to this worker or from it any more. */
  async seal(): Promise<void> {
    this.#closing = true
    this.#passing.close()
    // What is being read goes to the master yet.
    while (this.#reading > 0) await new Promise<void>((resolve) => this.#whenRead(resolve))
    await new Promise<void>((resolve) => {
      this.#onLast = resolve
      // Behind all that was handed in. Without a master nothing comes.
      if (!this.#channel.send({ act: 'leaving' })) resolve()
      else process.once('disconnect', resolve)
    })
  }

  #whenRead(resolve: () => void): void {
    this.#onRead = resolve
  }

  /** Which socket one gets depends on those that others have, and is to be the same in each worker. */
  #askInTurn(server: net.Server, asked: ListenQuery, answer: Answer): void {
    const key = this.#wanted
    const asking = this.#turn.then(() => this.#ask(server, asked, key, answer))
    // What a listener of the app's throws is the app's, and the next one is asked for all the same.
    this.#turn = asking.catch((error) =>
      process.nextTick(() => {
        throw error
      }),
    )
  }

  /** Resolves when it is answered. */
  async #ask(server: net.Server, asked: ListenQuery, key: string | undefined, answer: Answer): Promise<void> {
    const { address, port, addressType, backlog, fd } = asked
    const where = addressType === -1 && address !== null ? path.resolve(address) : address
    const taken = [...this.#taken]
    const query = {
      address: where,
      port,
      addressType,
      backlog,
      taken,
      ...(typeof fd === 'number' && fd >= 0 && { fd }),
      ...(key !== undefined && { key }),
    }
    try {
      await this.#handlers.beforeListen(server)
    } catch (error) {
      this.#handlers.onFault(error)
      return
    }
    const { message, handle } = await this.#answerTo(query)
    if (handle === undefined) {
      answer(message?.act === 'listen' && message.errno !== 0 ? message.errno : EINVAL, null)
      return
    }
    if (this.#closing) {
      // Nobody would accept from it.
      handle.close()
      return
    }
    const { key: found, remote, copy, reusePort, ipv6Only } = message as Extract<ToWorker, { act: 'listen' }>
    const listener = remote ? this.#giveBack(found, handle, copy) : reusePort ? bindAgain(handle, ipv6Only) : handle
    if (typeof listener === 'number') {
      answer(listener, null)
      return
    }
    // Node compares its port with the one the app has asked for, which may be another one.
    const { getsockname } = listener
    listener.getsockname = undefined as never
    answer(0, listener)
    if (remote) listener.getsockname = getsockname as never
    else Reflect.deleteProperty(listener, 'getsockname')
    this.#share(found, listener)
    this.#taken.add(found)
    this.#servers.set(found, server)
    server.once('close', () => {
      this.#taken.delete(found)
      // While it leaves, others may still have something for it.
      if (!this.#closing) this.#forget(found)
    })
  }

  /** The master accepts: the server gets something that looks like a socket, and the master the socket. */
  #giveBack(key: string, handle: NativeListener, copy: boolean): NativeListener {
    const address = addressOf(handle)
    const close = (): void => handle.close()
    if (!copy || !this.#channel.send({ act: 'copy', key }, handle, close)) close()
    return remoteListener(address)
  }

  #answerTo(query: ListenQuery): Promise<{ message?: ToWorker; handle: NativeListener | undefined }> {
    return new Promise((resolve) => {
      const id = ++this.#lastId
      this.#asked.set(id, (message, handle) => resolve({ message, handle }))
      if (!this.#channel.send({ act: 'listen', id, query })) resolve({ handle: undefined })
    })
  }

  /** New connections of this socket may go to other workers. */
  #share(key: string, listener: NativeListener): void {
    const accept = listener.onconnection
    if (!accept) return
    const take = accept.bind(listener)
    this.#accepts.set(key, take)
    listener.onconnection = (status, connection) => {
      const { sticky } = this.#handlers
      if (connection !== undefined && sticky !== undefined) {
        void this.#route(key, connection, sticky)
        return
      }
      const to = connection === undefined || this.#passing.stuck ? null : this.#handlers.passTo()
      if (connection === undefined || to === null) take(status, connection)
      else this.#pass({ key, to }, connection, take)
    }
  }

  #pass(label: { key: string; to: string }, connection: NativeConnection, take: OmitThisParameter<Accept>): void {
    this.#passing.push({
      send: (done) => this.#channel.send({ act: 'pass', ...label }, connection, done),
      // The system has a copy of it on its way.
      release: () => connection.close(),
      keep: () => take(0, connection),
    })
  }

  #forget(key: string): void {
    this.#accepts.delete(key)
    this.#servers.delete(key)
    this.#channel.send({ act: 'closed', key })
  }

  /** Who should have it is said in the first request, and known to the master. */
  async #route(key: string, connection: NativeConnection, sticky: Exclude<Sticky, 'ip'>): Promise<void> {
    this.#reading++
    const { head, ended, discard } = await readHead(connection)
    const client = clientOf(head.toString('latin1'), sticky)
    const label = { key, head: head.toString('base64'), ...(client !== null && { client }) }
    const sent = !ended && this.#channel.send({ act: 'pass', ...label }, connection, discard)
    if (!sent) discard()
    this.#reading--
    this.#onRead()
  }

  /** One that another worker has accepted, or the master. */
  #take({ id, key, head }: Extract<ToWorker, { act: 'take' }>, connection: NativeConnection | undefined): void {
    this.#channel.send({ act: 'taken', id })
    const take = this.#accepts.get(key)
    const server = this.#servers.get(key)
    if (connection === undefined) return
    if (take === undefined || server === undefined) {
      connection.close()
      return
    }
    if (head === undefined) take(0, connection)
    else takeWith(server, Buffer.from(head, 'base64'), () => take(0, connection))
  }
}
