// Binds the server of a grand master, at an address that many processes want at once. Owns the server and its
// file; decides nothing about who may connect.

import fs from 'node:fs'
import type { AddressInfo, Server, Socket } from 'node:net'
import { netModule } from '../builtin-modules.js'
import { IpemError } from '../errors.js'
import { describeAddress, isWindowsPipe, type SocketAddress } from './address.js'
import { identityOf, kindOf, removeFile, type SocketIdentity, takeName, uniqueBeside } from './socket-file.js'
import { createTlsServer, type TlsSettings } from './tls.js'

/** Tries with other unique names; only where the path leaves room for one or two characters they can meet. */
const MAX_NAME_TRIES = 20

export interface ListenRequest {
  readonly address: SocketAddress
  /** For TCP; a Unix socket is guarded by its permissions and never leaves the machine. */
  readonly tls: TlsSettings
  readonly handshakeTimeout: number
  /** The socket file that has refused a dial, see {@link takeName}. */
  readonly stale: SocketIdentity
}

export interface ListenHandlers {
  /** Bound, and the name is ours; connections may come. */
  onListening(): void
  /** Somebody else is there: dial again. */
  onTaken(): void
  /** It cannot be bound for another reason (ERR_IPEM_LISTEN). */
  onFailed(error: IpemError): void
  /** A connection; with TLS reported before its handshake, and again by `onSecure` after it. */
  onConnection(socket: Socket): void
  onSecure(socket: Socket): void
  onTlsError(error: Error, socket: Socket): void
}

/** One try to listen. Reports exactly one of `onListening`, `onTaken`, `onFailed`, never synchronously. */
export class Listener {
  readonly #request: ListenRequest
  readonly #handlers: ListenHandlers
  readonly #server: Server
  readonly #path: string | null
  #identity: SocketIdentity = null
  /** The name it is bound under until it has the real one; libuv removes it, should the server close before. */
  #own: string | null = null
  #tries = 0
  #settled = false
  #closed = false

  constructor(request: ListenRequest, handlers: ListenHandlers) {
    this.#request = request
    this.#handlers = handlers
    this.#path = request.address.path ?? null
    this.#server = this.#createServer()
    this.#server.on('listening', () => this.#onBound())
    this.#server.on('error', (error) => this.#onError(error))
    this.#bind()
  }

  /** The bound address: the path, or address and port. Null before that and after `close`. */
  address(): AddressInfo | string | null {
    if (this.#closed || !this.#server.listening) return null
    return this.#path ?? this.#server.address()
  }

  /** False when the file has been removed or replaced: nobody can reach this server any more. */
  get hasName(): boolean {
    return this.#identity === null || identityOf(this.#path as string) === this.#identity
  }

  /** Stops listening at once; connections stay. Nothing is reported afterwards. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#settled = true
    // The file first: as long as the server listens it is stale to nobody, so it cannot be replaced between
    // the look and the unlink.
    if (this.#path !== null) removeFile(this.#path, this.#identity)
    this.#server.close()
  }

  ref(): void {
    this.#server.ref()
  }

  unref(): void {
    this.#server.unref()
  }

  #createServer(): Server {
    const { tls, handshakeTimeout } = this.#request
    const handlers = this.#handlers
    let server: Server
    if (tls === null || this.#path !== null) {
      server = netModule().createServer({ noDelay: true })
    } else {
      const secure = createTlsServer(tls, handshakeTimeout)
      secure.on('secureConnection', (socket) => handlers.onSecure(socket))
      secure.on('tlsClientError', (error, socket) => handlers.onTlsError(error, socket))
      server = secure
    }
    server.on('connection', (socket) => handlers.onConnection(socket))
    return server
  }

  #bind(): void {
    // `exclusive`: in a cluster worker the primary would bind it otherwise, and share it with all workers.
    const exclusive = true
    const { address } = this.#request
    if (address.path === undefined) {
      this.#server.listen({ host: address.host, port: address.port, exclusive })
      return
    }
    if (isWindowsPipe(address.path)) {
      this.#server.listen({ path: address.path, exclusive })
      return
    }
    this.#own = uniqueBeside(address.path)
    this.#server.listen({ path: this.#own, exclusive })
  }

  #onBound(): void {
    // Closed while the host was looked up: Node binds all the same when the answer comes.
    if (this.#closed) this.#server.close()
    if (this.#settled) return
    if (this.#own !== null && !this.#publish(this.#own, this.#path as string)) return
    this.#settled = true
    this.#handlers.onListening()
  }

  /** From the unique name to the real one. */
  #publish(own: string, file: string): boolean {
    try {
      fs.chmodSync(own, 0o600)
      const identity = identityOf(own)
      if (kindOf(file) === 'not-a-socket') {
        this.#fail(this.#listenError('what stands there is not a socket, so it is left alone'))
        return false
      }
      if (!takeName(own, file, this.#request.stale)) {
        this.#taken()
        return false
      }
      this.#identity = identity
      return true
    } catch (error) {
      this.#fail(this.#listenError((error as NodeJS.ErrnoException).code ?? 'unknown error', error))
      return false
    }
  }

  #onError(error: NodeJS.ErrnoException): void {
    // After the start only `accept` fails, mostly for want of descriptors; the server goes on by itself.
    if (this.#settled) return
    if (error.code !== 'EADDRINUSE') {
      this.#fail(this.#listenError(error.code ?? error.message, error))
    } else if (this.#own !== null && ++this.#tries < MAX_NAME_TRIES) {
      this.#bind()
    } else if (this.#own !== null) {
      this.#fail(this.#listenError('its folder leaves no room for one more name', error))
    } else {
      this.#taken()
    }
  }

  #taken(): void {
    this.close()
    this.#handlers.onTaken()
  }

  #fail(error: IpemError): void {
    this.close()
    this.#handlers.onFailed(error)
  }

  #listenError(why: string, cause?: unknown): IpemError {
    const { address } = this.#request
    const fields = address.path === undefined ? { host: address.host, port: address.port } : { path: address.path }
    return new IpemError('ERR_IPEM_LISTEN', `Could not listen on ${describeAddress(address)}: ${why}`, {
      ...fields,
      ...(cause !== undefined && { cause }),
    })
  }
}
