// One bid to be the grand master at an address: binds it, finds out whether it is the one who answers there,
// and keeps the door while it is.
//
// For a port the bind all but proves it. A socket file is another matter: it can be moved or replaced by a process that found
// the same stale file and was held up between two of its calls. So a candidate dials its own address and looks who
// answers: once when those who were at it have had the time to finish, before it lets anybody in; once more after
// one `delayReconnect`; and then whenever the file is not its own any more.

import type { AddressInfo, Socket } from 'node:net'
import type { IpemError } from '../errors.js'
import type { PeerInfo } from '../wire/handshake.js'
import { DialerHandshake } from '../wire/handshake-machine.js'
import { Acceptor } from './acceptor.js'
import type { SocketAddress } from './address.js'
import { Dial, type DialOutcome } from './dial.js'
import { Listener } from './listen.js'
import { afterCallingSelf, jittered, type Random } from './rendezvous-policy.js'
import type { SocketIdentity } from './socket-file.js'
import type { TlsSettings } from './tls.js'

/** No process has it: this is who a candidate calls itself when it calls itself. */
const PROBE_PID = '0-0000000000'

/** Calls that may fail for reasons of their own before the bind alone has to do. */
const MAX_UNSURE = 3
const UNSURE_PAUSE_MS = 50
const MIN_WATCH_MS = 1000
/** How long a process may be held up between the calls that give a socket its name, on a machine that is busy. */
const SETTLE_MS = 50

export interface CandidateOptions {
  readonly self: PeerInfo
  readonly cookie: Buffer
  readonly address: SocketAddress
  readonly tls: TlsSettings
  readonly handshakeTimeout: number
  readonly maxUnauthenticated: number
  readonly delayReconnect: number
  readonly stale: SocketIdentity
  readonly random: Random
  readonly accepts: (peer: PeerInfo) => IpemError | null
}

export interface CandidateHandlers {
  /** This process is the one at the address. */
  onElected(address: AddressInfo | string): void
  /** Another one is there, now or again: the server is closed. `elected` if `onElected` was reported before. */
  onBeaten(elected: boolean): void
  onFailed(error: IpemError): void
  onAccepted(socket: Socket, peer: PeerInfo, rest: Buffer): void
  onReport(text: string): void
}

export class Candidate {
  readonly #options: CandidateOptions
  readonly #handlers: CandidateHandlers
  readonly #listener: Listener
  readonly #acceptor: Acceptor
  #call: Dial | null = null
  #timer: NodeJS.Timeout | null = null
  #unsure = 0
  #elected = false
  #closed = false

  constructor(options: CandidateOptions, handlers: CandidateHandlers) {
    this.#options = options
    this.#handlers = handlers
    const { address, tls } = options
    const secure = tls !== null && address.path === undefined
    this.#acceptor = new Acceptor(options, {
      onAccepted: (socket, peer, rest) => handlers.onAccepted(socket, peer, rest),
      onReport: (text) => handlers.onReport(text),
    })
    this.#listener = new Listener(options, {
      onListening: () =>
        address.path === undefined ? this.#callSelf() : this.#later(SETTLE_MS, () => this.#callSelf()),
      onTaken: () => this.#beaten(),
      onFailed: (error) => {
        this.close()
        handlers.onFailed(error)
      },
      onConnection: (socket) => (secure ? this.#acceptor.awaitTls(socket) : this.#acceptor.greet(socket)),
      onSecure: (socket) => this.#acceptor.greet(socket),
      onTlsError: (error, socket) => this.#acceptor.tlsFailed(error, socket),
    })
  }

  /** Where it listens, once it is elected. */
  address(): AddressInfo | string | null {
    return this.#elected ? this.#listener.address() : null
  }

  close(): void {
    this.#closed = true
    this.#call?.cancel()
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#listener.close()
    this.#acceptor.close()
  }

  ref(): void {
    this.#listener.ref()
  }

  unref(): void {
    this.#listener.unref()
  }

  #callSelf(): void {
    const { self, cookie, tls, handshakeTimeout } = this.#options
    const handshake = new DialerHandshake({ self: { ...self, pid: PROBE_PID }, cookie, probe: true })
    const request = { address: this.#reachedAt(), tls, timeoutMs: handshakeTimeout, handshake, toSelf: true }
    this.#call = new Dial(request, (outcome, socket) => {
      this.#call = null
      socket.destroy()
      this.#onAnswer(outcome)
    })
    this.#call.unref()
  }

  /** The port that was bound, where the system was asked to pick one. */
  #reachedAt(): SocketAddress {
    const { address } = this.#options
    const bound = this.#listener.address()
    return address.path === undefined && bound !== null && typeof bound !== 'string'
      ? { ...address, port: bound.port }
      : address
  }

  #onAnswer(outcome: DialOutcome): void {
    const verdict = afterCallingSelf(outcome, this.#options.self.pid, this.#listener.hasName)
    if (verdict === 'other') {
      this.#beaten()
      return
    }
    if (verdict === 'unsure' && ++this.#unsure < MAX_UNSURE) {
      this.#later(UNSURE_PAUSE_MS, () => this.#callSelf())
      return
    }
    if (verdict === 'unsure' && outcome.kind !== 'done' && 'error' in outcome) {
      this.#handlers.onReport(`This process cannot reach itself where it listens: ${outcome.error.message}`)
    }
    if (this.#closed) return
    this.#unsure = 0
    if (this.#elected) this.#watchFile()
    else this.#onElected()
  }

  #onElected(): void {
    this.#elected = true
    this.#later(jittered(this.#options.delayReconnect, this.#options.random), () => this.#callSelf())
    this.#handlers.onElected(this.#listener.address() as AddressInfo | string)
    if (!this.#closed) this.#acceptor.open()
  }

  /**
   * A file can be removed by anybody who may write to its folder, and replaced by a process that was suspended
   * between two calls: nobody else would ever tell the one who listens on it.
   */
  #watchFile(): void {
    if (this.#options.address.path === undefined) return
    this.#later(Math.max(MIN_WATCH_MS, this.#options.delayReconnect), () => {
      if (this.#listener.hasName) this.#watchFile()
      else this.#callSelf()
    })
  }

  #beaten(): void {
    this.close()
    this.#handlers.onBeaten(this.#elected)
  }

  #later(ms: number, run: () => void): void {
    this.#timer = setTimeout(run, ms)
    // The server keeps the process alive, as long as it should.
    this.#timer.unref()
  }
}
