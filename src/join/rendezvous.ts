// Where processes that nobody forked meet: connect to the one who listens, or become the one.
// Owns the loop; decisions are in rendezvous-policy.ts, a bid to listen in candidate.ts, a call in dial.ts.

import type { AddressInfo, Socket } from 'node:net'
import { IpemError } from '../errors.js'
import type { PeerInfo } from '../wire/handshake.js'
import { DialerHandshake } from '../wire/handshake-machine.js'
import { checkExposure, describeAddress, resolveAddress, type SocketAddress } from './address.js'
import { Candidate, type CandidateOptions } from './candidate.js'
import { complaintAbout } from './complaint.js'
import { Dial } from './dial.js'
import { type Action, afterDial, afterLoss, afterTaken, type Random, type Situation } from './rendezvous-policy.js'
import type { RendezvousCallbacks, RendezvousInit, RendezvousOptions } from './rendezvous-types.js'
import type { SocketIdentity } from './socket-file.js'
import { checkTls } from './tls.js'

export type { RendezvousCallbacks, RendezvousInit, RendezvousOptions } from './rendezvous-types.js'

/** What is under way; there is never more than one thing. */
interface Step {
  cancel(): void
  ref(): void
  unref(): void
}

export class Rendezvous {
  readonly #options: RendezvousOptions
  readonly #self: PeerInfo
  readonly #loadCookie: () => Buffer
  readonly #callbacks: RendezvousCallbacks
  readonly #random: Random
  readonly #warned = new Set<string>()
  #state: 'new' | 'searching' | 'joined' | 'alone' | 'closed' = 'new'
  #address: SocketAddress = { host: '', port: 0 }
  #cookie: Buffer = Buffer.alloc(0)
  #step: Step | null = null
  #candidate: Candidate | null = null
  #tries = 0
  #proven = false
  #joinedAt = 0
  #keepsAlive = true

  constructor(init: RendezvousInit) {
    this.#options = init.options
    this.#self = init.self
    this.#loadCookie = init.cookie
    this.#callbacks = init
    this.#random = init.random ?? Math.random
  }

  /** Begins to look for others. */
  start(): void {
    if (this.#state !== 'new') return
    this.#state = 'searching'
    this.#after(0, () => this.#prepare())
  }

  /**
   * The link to the parent is broken, or was refused: begins again, at once or after what the refusal calls for.
   * Without `socket.reconnect` this process stays on its own. Does nothing unless joined.
   */
  lost(refusal?: IpemError): void {
    if (this.#state !== 'joined') return
    this.#state = 'searching'
    const lastedMs = performance.now() - this.#joinedAt
    this.#after(0, () => {
      if (!this.#options.socket.reconnect) this.#standAlone()
      else if (refusal === undefined) this.#act(afterLoss(lastedMs, this.#situation(), this.#random))
      else this.#act(afterDial({ kind: 'refused', error: refusal }, this.#situation(), this.#random))
    })
  }

  /**
   * Ends everything that was not handed over: server, socket file, connections, timers. All of it has happened when
   * the call returns, also in an `exit` handler; the promise resolves when Node has let go of the handles.
   */
  async close(): Promise<void> {
    this.#state = 'closed'
    this.#step?.cancel()
    this.#step = null
    this.#candidate?.close()
    this.#candidate = null
    await new Promise((resolve) => setImmediate(resolve))
  }

  /** Where this process listens: a path, or address and port; null while it does not. */
  address(): AddressInfo | string | null {
    return this.#candidate?.address() ?? null
  }

  ref(): void {
    this.#keepsAlive = true
    this.#step?.ref()
    this.#candidate?.ref()
  }

  unref(): void {
    this.#keepsAlive = false
    this.#step?.unref()
    this.#candidate?.unref()
  }

  #prepare(): void {
    const { socket } = this.#options
    try {
      this.#address = resolveAddress(socket)
      if (!socket.onlyConnect) checkExposure(this.#address, socket)
      checkTls(socket.tls)
      this.#cookie = this.#loadCookie()
    } catch (error) {
      if (!(error instanceof IpemError)) throw error
      this.#giveUp(error)
      return
    }
    this.#search()
  }

  #search(): void {
    // Port 0 is a new one each time: nobody can be there.
    if (this.#address.path === undefined && this.#address.port === 0) this.#bid(null)
    else this.#dial()
  }

  #dial(): void {
    const { socket, handshakeTimeout } = this.#options
    const handshake = new DialerHandshake({ self: this.#self, cookie: this.#cookie })
    const request = { address: this.#address, tls: socket.tls, timeoutMs: handshakeTimeout, handshake }
    const dial = new Dial(request, (outcome, connection) => {
      this.#step = null
      if (outcome.kind === 'done') this.#join(connection, outcome.peer, outcome.rest)
      else this.#act(afterDial(outcome, this.#situation(), this.#random))
    })
    this.#under(dial)
  }

  #join(socket: Socket, peer: PeerInfo, rest: Buffer): void {
    this.#state = 'joined'
    this.#proven = true
    this.#joinedAt = performance.now()
    socket.ref()
    this.#callbacks.onJoined(socket, peer, rest)
  }

  #bid(stale: SocketIdentity): void {
    const callbacks = this.#callbacks
    const candidate = new Candidate(this.#candidateOptions(stale), {
      onElected: (address) => {
        this.#proven = true
        this.#tries = 0
        callbacks.onListening(address)
      },
      onBeaten: (elected) => {
        this.#candidate = null
        if (elected) callbacks.onYield()
        this.#act(afterTaken(this.#address, this.#situation(), this.#random))
      },
      onFailed: (error) => {
        this.#candidate = null
        this.#giveUp(error)
      },
      onAccepted: (socket, peer, rest) => callbacks.onAccepted(socket, peer, rest),
      onReport: (text) => callbacks.onWarning(text),
    })
    this.#candidate = candidate
    if (!this.#keepsAlive) candidate.unref()
  }

  #candidateOptions(stale: SocketIdentity): CandidateOptions {
    const { socket, handshakeTimeout, limits } = this.#options
    return {
      self: this.#self,
      cookie: this.#cookie,
      address: this.#address,
      tls: socket.tls,
      handshakeTimeout,
      maxUnauthenticated: limits.maxUnauthenticated,
      delayReconnect: socket.delayReconnect,
      stale,
      random: this.#random,
      accepts: (peer) => this.#callbacks.accepts?.(peer) ?? null,
    }
  }

  #situation(): Situation {
    const { onlyConnect, delayReconnect } = this.#options.socket
    return { onlyConnect, delayReconnect, tries: this.#tries, proven: this.#proven }
  }

  #act(action: Action): void {
    // A callback may have closed us.
    if (this.#state === 'closed') return
    switch (action.do) {
      case 'listen':
        this.#bid(action.stale)
        return
      case 'dial':
        this.#tries = action.counts ? this.#tries + 1 : 0
        this.#after(action.afterMs, () => this.#search())
        if (action.warning) this.#warnOnce(action.warning)
        return
      case 'stayAlone':
        this.#giveUp(action.error)
    }
  }

  #giveUp(error: IpemError): void {
    const complaint = complaintAbout(error, this.#address, this.#options.explicit)
    if ('warning' in complaint) this.#callbacks.onWarning(complaint.warning)
    else this.#callbacks.onError(complaint.error)
    this.#standAlone()
  }

  #standAlone(): void {
    if (this.#state === 'closed') return
    this.#state = 'alone'
    this.#callbacks.onStandalone()
  }

  /** A process that waits for another one to appear says so, but not every few seconds. */
  #warnOnce(error: NodeJS.ErrnoException): void {
    const key = error.code ?? error.message
    if (this.#warned.has(key)) return
    this.#warned.add(key)
    this.#callbacks.onWarning(
      `Cannot join at ${describeAddress(this.#address)} yet, and goes on trying: ${error.message}`,
    )
  }

  #after(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#step = null
      run()
    }, ms)
    this.#under({ cancel: () => clearTimeout(timer), ref: () => timer.ref(), unref: () => timer.unref() })
  }

  #under(step: Step): void {
    this.#step = step
    if (!this.#keepsAlive) step.unref()
  }
}
