// Who says what when on a dialled link, at both ends. Pure: frames in, frames and a verdict out; no socket, no clock.
//
//   dialer    hello + nonceA ─►            checks version, name, pid
//             checks proofB  ◄─ hello + nonceB + proofB
//             hello + proofA ─►            checks proofA; the welcome comes from the listener's owner, later

import { IpemError } from '../errors.js'
import { encodeFrame, FrameKind } from './frame.js'
import type { Hello, PeerInfo } from './handshake.js'
import { decodeHello, decodeRefuse, encodeHello, encodeRefuse, NONCE_BYTES } from './handshake.js'
import { freshBytes, proofOf, type Session, sameProof } from './proof.js'

/** What a frame led to. With `done`, `refuse` or `refused` the handshake has ended. */
export interface HandshakeStep {
  /** Bytes to send, whole frames. */
  readonly send?: Buffer
  /** The other end has proved that it knows the cookie. */
  readonly done?: PeerInfo
  /** Why this end refuses the other; `send` tells it. */
  readonly refuse?: IpemError
  /** Why the other end refused this one. */
  readonly refused?: IpemError
}

export interface HandshakeOptions {
  readonly self: PeerInfo
  readonly cookie: Buffer
  /** For tests; fresh random bytes otherwise. */
  readonly nonce?: Buffer
}

export interface ListenerOptions extends HandshakeOptions {
  /** Asked once the dialer has proved itself: why it cannot be taken all the same, or null. */
  readonly accepts?: (peer: PeerInfo) => IpemError | null
}

export interface DialerOptions extends HandshakeOptions {
  /** Only learn who listens, and go: done after the listener's proof, nothing more is sent. */
  readonly probe?: boolean
}

/** One end of a handshake; used once. */
export abstract class Handshake {
  protected readonly self: PeerInfo
  protected readonly cookie: Buffer
  readonly #nonce: Buffer | undefined
  #ended = false

  constructor(options: HandshakeOptions) {
    this.self = options.self
    this.cookie = options.cookie
    this.#nonce = options.nonce
  }

  /** What this end sends before it has heard anything; null if nothing. */
  abstract start(): Buffer | null
  /** True once the other end has sent a hello that could be read. */
  abstract get spoken(): boolean
  /** @throws IpemError the reason to refuse */
  protected abstract onHello(hello: Hello): HandshakeStep

  /** `bytes[start, end)` is the body; nothing of it is kept. Never throws, whatever the bytes are. */
  onFrame(kind: number, bytes: Buffer, start = 0, end = bytes.length): HandshakeStep {
    try {
      if (this.#ended) throw unexpected()
      if (kind === FrameKind.refuse) return this.#end({ refused: this.#inOwnWords(decodeRefuse(bytes, start, end)) })
      if (kind !== FrameKind.hello) throw unexpected()
      const step = this.onHello(decodeHello(bytes, start, end))
      return step.done === undefined ? step : this.#end(step)
    } catch (error) {
      if (!(error instanceof IpemError)) throw error
      return this.refuse(error)
    }
  }

  /** Ends the handshake for a reason found outside it. */
  refuse(error: IpemError): HandshakeStep {
    return this.#end({ refuse: error, send: encodeFrame(FrameKind.refuse, encodeRefuse(error)) })
  }

  protected nonce(): Buffer {
    return this.#nonce ?? freshBytes(NONCE_BYTES)
  }

  protected helloFrame(role: 'dialer' | 'listener', secrets: { nonce?: Buffer; proof?: Buffer }): Buffer {
    return encodeFrame(FrameKind.hello, encodeHello({ ...this.self, role, ...secrets }))
  }

  /** The checks that need no secret: is it one of us, and another than we. */
  protected checkPeer(hello: Hello): void {
    if (hello.name !== this.self.name) throw foreign(this.self.name, hello.name)
    if (hello.pid === this.self.pid) {
      throw new IpemError('ERR_IPEM_RING', `Process ${hello.pid} dialled itself`, { pid: hello.pid })
    }
  }

  #end(step: HandshakeStep): HandshakeStep {
    this.#ended = true
    return step
  }

  /** "This" and "the other end" change places with the reader. */
  #inOwnWords(error: IpemError): IpemError {
    const { code, peerName } = error
    if (code === 'ERR_IPEM_FOREIGN' && typeof peerName === 'string') return foreign(this.self.name, peerName)
    return error
  }
}

/** The end that connected: proves itself second, so that a stranger who only listens learns nothing. */
export class DialerHandshake extends Handshake {
  readonly #probe: boolean
  #nonceA: Buffer | null = null
  #spoken = false

  constructor(options: DialerOptions) {
    super(options)
    this.#probe = options.probe ?? false
  }

  get spoken(): boolean {
    return this.#spoken
  }

  start(): Buffer {
    this.#nonceA = this.nonce()
    return this.helloFrame('dialer', { nonce: this.#nonceA })
  }

  protected onHello(hello: Hello): HandshakeStep {
    this.#spoken = true
    const { nonce, proof } = hello
    if (this.#nonceA === null || hello.role !== 'listener' || !nonce || !proof) throw unexpected()
    this.checkPeer(hello)
    const session: Session = {
      nonceA: this.#nonceA,
      nonceB: nonce,
      pidA: this.self.pid,
      pidB: hello.pid,
      name: this.self.name,
    }
    if (!sameProof(proofOf(this.cookie, 'listener', session), proof)) throw wrongProof()
    const done = infoOf(hello)
    if (this.#probe) return { done }
    return { done, send: this.helloFrame('dialer', { proof: proofOf(this.cookie, 'dialer', session) }) }
  }
}

/** The end that was connected to. */
export class ListenerHandshake extends Handshake {
  readonly #accepts: (peer: PeerInfo) => IpemError | null
  #first: Hello | null = null
  #session: Session | null = null

  constructor(options: ListenerOptions) {
    super(options)
    this.#accepts = options.accepts ?? (() => null)
  }

  get spoken(): boolean {
    return this.#first !== null
  }

  start(): null {
    return null
  }

  protected onHello(hello: Hello): HandshakeStep {
    if (hello.role !== 'dialer') throw unexpected()
    return this.#first === null || this.#session === null
      ? this.#greet(hello)
      : this.#verify(hello, this.#first, this.#session)
  }

  #greet(hello: Hello): HandshakeStep {
    if (!hello.nonce || hello.proof) throw unexpected()
    this.checkPeer(hello)
    const nonceB = this.nonce()
    const { pid: pidB, name } = this.self
    this.#first = hello
    this.#session = { nonceA: hello.nonce, nonceB, pidA: hello.pid, pidB, name }
    return {
      send: this.helloFrame('listener', { nonce: nonceB, proof: proofOf(this.cookie, 'listener', this.#session) }),
    }
  }

  #verify(hello: Hello, first: Hello, session: Session): HandshakeStep {
    if (hello.nonce || !hello.proof || hello.pid !== first.pid || hello.name !== first.name) throw unexpected()
    if (!sameProof(proofOf(this.cookie, 'dialer', session), hello.proof)) throw wrongProof()
    const peer = infoOf(hello)
    const objection = this.#accepts(peer)
    if (objection !== null) throw objection
    return { done: peer }
  }
}

function infoOf({ pid, name, osPid, host, title, member }: Hello): PeerInfo {
  return Object.freeze({ pid, name, osPid, host, title, member })
}

function foreign(ownName: string, peerName: string): IpemError {
  const message = `This process belongs to application ${JSON.stringify(ownName)}, the other end to ${JSON.stringify(peerName)}`
  return new IpemError('ERR_IPEM_FOREIGN', message, { ownName, peerName })
}

function wrongProof(): IpemError {
  return new IpemError('ERR_IPEM_AUTH', 'The other end does not know the cookie of this process')
}

function unexpected(): IpemError {
  return new IpemError('ERR_IPEM_PROTOCOL', 'Expected another frame at this point of the handshake')
}
