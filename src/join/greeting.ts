// Runs one end of a handshake on a socket: bytes, deadline, hand-over. What is said is up to the machine.

import type { Socket } from 'node:net'
import { IpemError } from '../errors.js'
import { FRAME_HEAD, FrameReader } from '../wire/frame.js'
import { MAX_HANDSHAKE_FRAME, type PeerInfo } from '../wire/handshake.js'
import type { Handshake, HandshakeStep } from '../wire/handshake-machine.js'

const NOTHING = Buffer.alloc(0)

export type GreetingOutcome =
  /** The socket is paused and without our listeners; `rest` came behind the handshake. */
  | { readonly kind: 'done'; readonly peer: PeerInfo; readonly rest: Buffer }
  /** This end refused the other, which has been told why. */
  | { readonly kind: 'refuse'; readonly error: IpemError }
  /** The other end refused this one. */
  | { readonly kind: 'refused'; readonly error: IpemError }
  /** The deadline passed. */
  | { readonly kind: 'silent'; readonly error: IpemError }
  /** The connection ended before the handshake did. */
  | { readonly kind: 'broken'; readonly error: Error }

/** One handshake on one connected socket. Reports one outcome, synchronously in an event of the socket or the timer. */
export class Greeting {
  readonly #socket: Socket
  readonly #handshake: Handshake
  readonly #onOutcome: (outcome: GreetingOutcome) => void
  readonly #reader: FrameReader
  readonly #timer: NodeJS.Timeout
  readonly #timeoutMs: number
  #done: PeerInfo | null = null
  #error: Error | undefined
  #bytesRead = 0
  #bytesUsed = 0
  #settled = false

  constructor(socket: Socket, handshake: Handshake, timeoutMs: number, onOutcome: (outcome: GreetingOutcome) => void) {
    this.#socket = socket
    this.#handshake = handshake
    this.#onOutcome = onOutcome
    this.#timeoutMs = timeoutMs
    this.#reader = new FrameReader(MAX_HANDSHAKE_FRAME, (kind, bytes, start, end) => {
      this.#bytesUsed += FRAME_HEAD + end - start
      this.#step(handshake.onFrame(kind, bytes, start, end))
    })
    // One deadline for the whole of it: a peer that sends a byte now and then gains nothing.
    this.#timer = setTimeout(this.#onDeadline, timeoutMs)
    this.#timer.unref()
    socket.on('data', this.#onData)
    socket.on('error', this.#onError)
    socket.on('close', this.#onClose)
    const first = handshake.start()
    if (first !== null) socket.write(first)
  }

  readonly since = performance.now()

  /** True once the other end has sent a hello that could be read. */
  get spoken(): boolean {
    return this.#handshake.spoken
  }

  /** Ends the connection without reporting an outcome; with an error the other end is told why. */
  cancel(error?: IpemError): void {
    this.#settled = true
    this.#reader.stop()
    if (error === undefined) this.#socket.destroy()
    else this.#part(this.#handshake.refuse(error).send)
  }

  readonly #onData = (chunk: Buffer): void => {
    // Refused, and the other end is still talking.
    if (this.#settled) return
    this.#bytesRead += chunk.length
    try {
      this.#reader.push(chunk)
    } catch (error) {
      if (!(error instanceof IpemError)) throw error
      this.#step(this.#handshake.refuse(error))
    }
    if (this.#done !== null) this.#handOver(this.#done, chunk)
  }

  #step(step: HandshakeStep): void {
    if (step.done !== undefined) {
      if (step.send !== undefined) this.#socket.write(step.send)
      this.#reader.stop()
      this.#done = step.done
    } else if (step.refuse !== undefined) {
      this.#settle({ kind: 'refuse', error: step.refuse }, step.send)
    } else if (step.refused !== undefined) {
      this.#settle({ kind: 'refused', error: step.refused })
    } else if (step.send !== undefined) {
      this.#socket.write(step.send)
    }
  }

  /** Only when the whole chunk has been looked at is it known what of it lies behind the handshake. */
  #handOver(peer: PeerInfo, chunk: Buffer): void {
    this.#settled = true
    const rest = this.#bytesRead - this.#bytesUsed
    this.#socket.pause()
    this.#detach()
    this.#onOutcome({
      kind: 'done',
      peer,
      rest: rest === 0 ? NOTHING : Buffer.from(chunk.subarray(chunk.length - rest)),
    })
    // Last, so that there is never a moment in which a broken socket has nobody who takes the error.
    this.#socket.off('error', this.#onError)
  }

  #settle(outcome: GreetingOutcome, last?: Buffer): void {
    this.#settled = true
    this.#reader.stop()
    this.#part(last)
    this.#onOutcome(outcome)
  }

  /** Sends the last bytes and closes. Listeners stay until it is closed, and so does the deadline. */
  #part(last: Buffer | undefined): void {
    if (last === undefined) {
      this.#socket.destroy()
      return
    }
    this.#socket.end(last)
    // Not `destroy`, which would drop what the kernel has not taken yet.
    this.#socket.destroySoon()
  }

  #detach(): void {
    clearTimeout(this.#timer)
    this.#socket.off('data', this.#onData)
    this.#socket.off('close', this.#onClose)
  }

  readonly #onDeadline = (): void => {
    if (this.#settled) {
      this.#socket.destroy()
      return
    }
    const message = `The other end did not complete the handshake within ${this.#timeoutMs} ms`
    const error = new IpemError('ERR_IPEM_HANDSHAKE', message, { timeoutMs: this.#timeoutMs })
    this.#settle({ kind: 'silent', error }, this.#handshake.refuse(error).send)
  }

  readonly #onError = (error: Error): void => {
    this.#error = error
  }

  readonly #onClose = (): void => {
    this.#detach()
    this.#socket.off('error', this.#onError)
    if (this.#settled) return
    this.#settled = true
    const ended = 'The other end closed the connection before the handshake was complete'
    this.#onOutcome({ kind: 'broken', error: this.#error ?? new IpemError('ERR_IPEM_HANDSHAKE', ended) })
  }
}
