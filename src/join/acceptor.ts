// The door of a grand master: greets who connects, within bounds, and tells its owner who proved himself.
//
// At most `maxUnauthenticated` connections are at the door at a time. When one more comes, the oldest one that has not
// said a word has to go. A real joiner says hello with its first packet, and libuv (since 1.45) accepts one connection
// in a turn of the event loop, so that hello is read before the next two come in: silent connections, however many
// and however fast, never stand in its way. Where all have spoken, one goes that has taken longer than joiners do, or
// else any one: whoever says hello and no more must not be able to keep all places.

import type { Socket } from 'node:net'
import { IpemError } from '../errors.js'
import type { PeerInfo } from '../wire/handshake.js'
import { ListenerHandshake } from '../wire/handshake-machine.js'
import { Greeting, type GreetingOutcome } from './greeting.js'

/** Who has said hello and not answered for so long is slow or none of us. */
const SLOW_MS = 1000

/** Most different complaints told to the owner; an attacker can make up more. */
const MAX_REPORTS = 128

export interface AcceptorOptions {
  readonly self: PeerInfo
  readonly cookie: Buffer
  readonly handshakeTimeout: number
  readonly maxUnauthenticated: number
  readonly accepts: (peer: PeerInfo) => IpemError | null
}

export interface AcceptorHandlers {
  onAccepted(socket: Socket, peer: PeerInfo, rest: Buffer): void
  /** Somebody was turned away. Once for each reason and place. */
  onReport(text: string, error: IpemError): void
}

interface Guest {
  readonly spoken: boolean
  readonly since: number
  /** With an error the guest is told why. */
  cancel(error?: IpemError): void
}

interface Admitted {
  readonly socket: Socket
  readonly peer: PeerInfo
  readonly rest: Buffer
}

const ignore = (): void => {}

export class Acceptor {
  readonly #options: AcceptorOptions
  readonly #handlers: AcceptorHandlers
  /** Whose handshake is under way, in the order they came. */
  readonly #guests = new Set<Guest>()
  /** All that are not handed over and not closed: also those who are being shown out. */
  readonly #sockets = new Set<Socket>()
  /** With TLS: connections that have not finished its handshake, by the port they come from. */
  readonly #securing = new Map<string, () => void>()
  readonly #reported = new Set<string>()
  /** Until `open()`: those who proved themselves before this process knew that it is the one. */
  #held: Admitted[] | null = []
  #closed = false

  constructor(options: AcceptorOptions, handlers: AcceptorHandlers) {
    this.#options = options
    this.#handlers = handlers
  }

  /** A connection that can be spoken on. */
  greet(socket: Socket): void {
    this.#securing.get(keyOf(socket))?.()
    if (this.#closed) {
      socket.destroy()
      return
    }
    const { self, cookie, accepts, handshakeTimeout } = this.#options
    const place = placeOf(socket)
    const handshake = new ListenerHandshake({ self, cookie, accepts })
    const guest = new Greeting(socket, handshake, handshakeTimeout, (outcome) => {
      this.#guests.delete(guest)
      if (outcome.kind === 'done') leave()
      this.#onOutcome(outcome, socket, place)
    })
    const leave = this.#enter(guest, socket)
    // A stranger does not keep this process alive.
    socket.unref()
  }

  /** A connection whose TLS handshake has only begun; `greet` follows when it is through. */
  awaitTls(socket: Socket): void {
    if (this.#closed) {
      socket.destroy()
      return
    }
    const guest: Guest = {
      // Whatever it was: what it means only TLS knows.
      get spoken() {
        return socket.bytesRead > 0
      },
      since: performance.now(),
      cancel: () => socket.destroy(),
    }
    const key = keyOf(socket)
    this.#securing.set(
      key,
      this.#enter(guest, socket, () => this.#securing.delete(key)),
    )
  }

  /** The TLS handshake of a connection failed. */
  tlsFailed(cause: Error, socket: Socket): void {
    const error = new IpemError('ERR_IPEM_AUTH', `No TLS connection came about: ${cause.message}`, { cause })
    this.#report(error, placeOf(socket))
    socket.destroy()
  }

  /** From now on joiners are let in; those who waited come first. */
  open(): void {
    const held = this.#held ?? []
    this.#held = null
    for (const { socket, peer, rest } of held) {
      if (this.#closed || socket.destroyed) continue
      this.#admit(socket, peer, rest)
      socket.off('error', ignore)
    }
  }

  /** Ends every connection that has not been handed over. */
  close(): void {
    this.#closed = true
    for (const guest of this.#guests) guest.cancel()
    this.#guests.clear()
    for (const socket of this.#sockets) socket.destroy()
    for (const { socket } of this.#held ?? []) socket.destroy()
    this.#held = null
  }

  /** Returns what takes it off the lists again, which also happens when it closes. */
  #enter(guest: Guest, socket: Socket, onLeave = ignore): () => void {
    const leave = (): void => {
      this.#guests.delete(guest)
      this.#sockets.delete(socket)
      socket.off('close', leave)
      onLeave()
    }
    socket.on('close', leave)
    this.#sockets.add(socket)
    this.#guests.add(guest)
    if (this.#guests.size > this.#options.maxUnauthenticated) this.#makeRoom(guest)
    return leave
  }

  #makeRoom(newcomer: Guest): void {
    const guests = [...this.#guests]
    const silent = guests.find((guest) => guest !== newcomer && !guest.spoken)
    const slow = guests.find(({ since }) => performance.now() - since > SLOW_MS)
    // Whoever has all places must not keep them: joiners are soon done, and only few need a second try.
    const leaving = silent ?? slow ?? (guests[Math.floor(Math.random() * guests.length)] as Guest)
    this.#guests.delete(leaving)
    const limit = this.#options.maxUnauthenticated
    const message = `More than ${limit} connections wait for their handshake`
    const error = new IpemError('ERR_IPEM_TOO_MANY', message, { limit })
    leaving.cancel(error)
    this.#report(error, '')
  }

  #onOutcome(outcome: GreetingOutcome, socket: Socket, place: string): void {
    switch (outcome.kind) {
      case 'done':
        if (this.#held === null) {
          this.#admit(socket, outcome.peer, outcome.rest)
        } else {
          socket.on('error', ignore)
          this.#held.push({ socket, peer: outcome.peer, rest: outcome.rest })
        }
        return
      case 'refuse':
      case 'refused':
      case 'silent':
        this.#report(outcome.error, place)
        return
      case 'broken':
      // A connection that ends early is a port scan, a health check, or a process that only wanted to know who listens.
    }
  }

  #admit(socket: Socket, peer: PeerInfo, rest: Buffer): void {
    socket.ref()
    this.#handlers.onAccepted(socket, peer, rest)
  }

  #report(error: IpemError, place: string): void {
    const key = `${error.code} ${place}`
    if (this.#reported.has(key) || this.#reported.size >= MAX_REPORTS) return
    this.#reported.add(key)
    const last = this.#reported.size === MAX_REPORTS ? ' (further ones are not reported)' : ''
    const from = place === '' ? '' : ` from ${place}`
    this.#handlers.onReport(`A connection${from} was turned away: ${error.message}${last}`, error)
  }
}

/** The address without the port, which changes with each connection. */
function placeOf(socket: Socket): string {
  return socket.remoteAddress ?? 'this machine'
}

function keyOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`
}
