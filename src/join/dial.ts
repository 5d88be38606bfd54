// One call to the place where processes meet: connects, greets, and says what came of it.

import type { Socket } from 'node:net'
import { netModule } from '../builtin-modules.js'
import { IpemError } from '../errors.js'
import type { DialerHandshake } from '../wire/handshake-machine.js'
import { describeAddress, dialable, type SocketAddress } from './address.js'
import { Greeting, type GreetingOutcome } from './greeting.js'
import { identityOf, type SocketIdentity } from './socket-file.js'
import { connectTls, type TlsSettings } from './tls.js'

export type DialOutcome =
  | GreetingOutcome
  /** Nobody listens. `stale` is the socket file that proved to be dead, if it was one. */
  | { readonly kind: 'nobody'; readonly stale: SocketIdentity }
  /** Neither an answer nor a no: the network, the resolver, or a want of descriptors. */
  | { readonly kind: 'unreachable'; readonly error: Error }
  /** TLS does not come about: a certificate that does not fit, or no TLS at the other end. */
  | { readonly kind: 'untrusted'; readonly error: IpemError }
  /** This process may not connect there, or the address is none. */
  | { readonly kind: 'impossible'; readonly error: IpemError }

export interface DialRequest {
  readonly address: SocketAddress
  readonly tls: TlsSettings
  /** Connecting has this long, and the handshake after it the same again. */
  readonly timeoutMs: number
  readonly handshake: DialerHandshake
  /** A process calls itself, see {@link connectTls}. */
  readonly toSelf?: boolean
}

const NOBODY = new Set(['ECONNREFUSED', 'ENOENT', 'ENOTSOCK', 'ENOTFOUND'])
/** Somebody is there and too busy at this moment; EAGAIN is a full backlog of a Unix socket on Linux. */
const BUSY = new Set(['EAGAIN', 'EBUSY', 'ECONNRESET', 'EPIPE', 'ECONNABORTED'])
const IMPOSSIBLE = new Set(['EACCES', 'EPERM', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EPROTOTYPE', 'EINVAL'])

/** Reports one outcome, never synchronously; after `cancel` none. */
export class Dial {
  readonly #request: DialRequest
  readonly #onOutcome: (outcome: DialOutcome, socket: Socket) => void
  readonly #socket: Socket
  readonly #timer: NodeJS.Timeout
  readonly #seen: SocketIdentity
  #greeting: Greeting | null = null
  #connected = false
  #settled = false

  constructor(request: DialRequest, onOutcome: (outcome: DialOutcome, socket: Socket) => void) {
    this.#request = request
    this.#onOutcome = onOutcome
    const { address, timeoutMs } = request
    // Before the call: what is there now and then refuses is dead for good, what appears later may be alive.
    this.#seen = address.path === undefined ? null : identityOf(address.path)
    this.#socket = this.#connect()
    this.#timer = setTimeout(this.#onTimeout, timeoutMs)
    this.#timer.unref()
    this.#socket.on('connect', this.#onConnect)
    this.#socket.on('error', this.#onError)
  }

  cancel(): void {
    this.#settled = true
    this.#detach()
    if (this.#greeting !== null) this.#greeting.cancel()
    else this.#discard()
  }

  ref(): void {
    this.#socket.ref()
  }

  unref(): void {
    this.#socket.unref()
  }

  get #secure(): boolean {
    return this.#request.tls !== null && this.#request.address.path === undefined
  }

  #connect(): Socket {
    const { tls, toSelf = false } = this.#request
    const address = dialable(this.#request.address)
    if (address.path !== undefined) return netModule().connect({ path: address.path })
    const { host, port } = address
    return tls === null ? netModule().connect({ host, port, noDelay: true }) : connectTls(tls, host, port, toSelf)
  }

  readonly #onConnect = (): void => {
    const socket = this.#socket
    this.#connected = true
    // TCP connects a socket to itself when the kernel picks the very port that is dialled, which it may for a
    // port of its ephemeral range: that is nobody, and it keeps the port from whoever wants to listen there.
    const { localPort, remotePort, localAddress, remoteAddress } = socket
    if (localPort !== undefined && localPort === remotePort && localAddress === remoteAddress) {
      this.#detach()
      this.#discard()
      this.#settle({ kind: 'nobody', stale: null })
    } else if (this.#secure) {
      socket.on('secureConnect', this.#greet)
    } else {
      this.#greet()
    }
  }

  readonly #greet = (): void => {
    const socket = this.#socket
    this.#detach()
    const { handshake, timeoutMs } = this.#request
    this.#greeting = new Greeting(socket, handshake, timeoutMs, (outcome) => {
      // With TLS 1.3 the other end judges our certificate only after we believe to be connected.
      const late = outcome.kind === 'broken' && this.#isOfTls(outcome.error)
      this.#settle(late ? this.#outcomeOf(outcome.error) : outcome)
    })
  }

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    this.#detach()
    this.#discard()
    this.#settle(this.#outcomeOf(error))
  }

  readonly #onTimeout = (): void => {
    const { address, timeoutMs } = this.#request
    this.#detach()
    this.#discard()
    const error = new IpemError(
      'ERR_IPEM_HANDSHAKE',
      `${describeAddress(address)} did not answer within ${timeoutMs} ms`,
      { timeoutMs },
    )
    this.#settle({ kind: 'unreachable', error })
  }

  #outcomeOf(error: NodeJS.ErrnoException): DialOutcome {
    const code = error.code ?? ''
    const where = describeAddress(this.#request.address)
    // Without a file there is nothing that could have refused, and without an answer nothing is proved.
    if (NOBODY.has(code)) return { kind: 'nobody', stale: code === 'ECONNREFUSED' ? this.#seen : null }
    if (BUSY.has(code)) return { kind: 'broken', error }
    if (IMPOSSIBLE.has(code)) {
      const message = `Could neither join nor listen on ${where}: ${code}`
      return { kind: 'impossible', error: new IpemError('ERR_IPEM_LISTEN', message, { cause: error }) }
    }
    if (this.#isOfTls(error)) {
      const message = `No trusted TLS connection to ${where}: ${error.message}`
      return { kind: 'untrusted', error: new IpemError('ERR_IPEM_AUTH', message, { cause: error }) }
    }
    return { kind: 'unreachable', error }
  }

  /** Once connected, what is no error of a system call. */
  #isOfTls(error: NodeJS.ErrnoException): boolean {
    if (!this.#secure || !this.#connected || error instanceof IpemError || BUSY.has(error.code ?? '')) return false
    return error.syscall === undefined || error.code === 'EPROTO'
  }

  #settle(outcome: DialOutcome): void {
    if (this.#settled) return
    this.#settled = true
    this.#onOutcome(outcome, this.#socket)
  }

  #detach(): void {
    clearTimeout(this.#timer)
    this.#socket.off('connect', this.#onConnect)
    this.#socket.off('secureConnect', this.#greet)
    this.#socket.off('error', this.#onError)
  }

  #discard(): void {
    // Connecting goes on in the background for a moment; nobody is interested in how it fails.
    this.#socket.on('error', () => {})
    this.#socket.destroy()
  }
}
