// A link over a byte stream: an inherited pipe, a Unix socket, TCP or TLS.
// At most one write is with the kernel, the rest in our queue, so that an exit can go on from the right byte.

import type { Socket } from 'node:net'
import type { Inlet } from './inlet.js'
import type { LinkLimits } from './link.js'
import { LinkBase } from './link-base.js'
import { descriptorOf, unwrittenBytes } from './native-handle.js'
import { countFrames } from './outbox.js'
import { StreamExit } from './stream-exit.js'
import { tryRead } from './sync-io.js'

/** For a refusal to get through to a peer that is not believed any more. */
const LAST_WORDS_MS = 1000

/** More than any kernel buffers for one socket: whoever still has bytes after that goes on sending. */
const MAX_REST_BYTES = 16_777_216

/** A read whose listeners took longer than this is the last one before the event loop turns. */
const LONG_MS = 10

/** How a peer that exits with unread input ends: its end, not a fault. */
const RESETS: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE'])

export class StreamLink extends LinkBase {
  readonly kind: 'pipe' | 'socket'
  readonly #socket: Socket
  #writing: Buffer[] | null = null
  #error: Error | undefined
  #exit: StreamExit | null = null
  #givenUp = 0
  #reading = false
  /** Reading goes on when the event loop has turned. */
  #rest: NodeJS.Immediate | null = null

  /** `rest`: bytes that were read from the socket before it was handed over. `inlet`: the socket reads by it. */
  constructor(
    socket: Socket,
    kind: 'pipe' | 'socket',
    limits: LinkLimits,
    rest: Buffer | null = null,
    inlet: Inlet | null = null,
  ) {
    super(limits)
    this.kind = kind
    this.#socket = socket
    // When the other side ends its direction, ours has perhaps still something queued.
    socket.allowHalfOpen = true
    // A write is already all of a tick; Nagle's algorithm would hold the next one back for the delayed ACK, 40 ms.
    socket.setNoDelay(true)
    if (rest !== null && rest.length > 0) this.received(rest)
    // All from the start: a socket that breaks before the link is opened must not throw, and what a child has sent is
    // not to be lost when Node, at its exit, resumes the pipes that nobody reads.
    socket.pause()
    inlet?.setOwner({
      space: () => (this.closed ? null : this.receiver.space()),
      filled: (bytes) => {
        if (!this.closed) this.#inTurn(() => this.receiver.filled(bytes))
      },
      received: this.#onData,
    })
    socket.on('data', this.#onData)
    socket.on('error', this.#onError)
    socket.on('end', this.#onEnd)
    socket.on('close', this.#onClose)
    if (socket.destroyed || socket.readableEnded) this.#onEnd()
  }

  protected write(chunks: Buffer[]): boolean {
    const socket = this.#socket
    this.#writing = chunks
    const last = chunks.length - 1
    if (last > 0) socket.cork()
    for (let i = 0; i < last; i++) socket.write(chunks[i] as Buffer)
    socket.write(chunks[last] as Buffer, this.#onWritten)
    if (last > 0) socket.uncork()
    // The kernel mostly takes all at once; then the queue is free before the callback comes round.
    if (socket.writableLength > 0) return false
    this.#writing = null
    return true
  }

  protected unwritten(): number {
    return unwrittenBytes(this.#socket)
  }

  protected startReading(): void {
    this.#reading = true
    if (this.#rest === null) this.#socket.resume()
  }

  protected stopReading(): void {
    this.#reading = false
    this.#socket.pause()
  }

  /**
   * libuv reads up to 32 times before it looks at anything else. Where listeners take their time, timers and all other
   * links would stand still for as long as that.
   * https://github.com/libuv/libuv/blob/v1.x/src/unix/stream.c, `uv__read`
   */
  #inTurn(read: () => void): void {
    const began = performance.now()
    read()
    if (performance.now() - began < LONG_MS || !this.#reading || this.#rest !== null || this.closed) return
    this.#socket.pause()
    this.#rest = setImmediate(() => {
      this.#rest = null
      if (this.#reading && !this.closed) this.#socket.resume()
    })
  }

  protected finish(): void {
    this.#socket.end()
  }

  protected shut(): void {
    this.#socket.destroy()
  }

  protected shutAfter(chunks: Buffer[]): void {
    const socket = this.#socket
    for (const chunk of chunks) socket.write(chunk)
    socket.resume().destroySoon()
    const deadline = setTimeout(() => socket.destroy(), LAST_WORDS_MS).unref()
    socket.once('close', () => clearTimeout(deadline))
  }

  ref(): void {
    this.#socket.ref()
  }

  unref(): void {
    this.#socket.unref()
  }

  protected exitStep(chunks: Buffer[]): boolean {
    const exit = this.#exit ?? this.#beginExit()
    return exit === null ? this.#exitBlindly(chunks) : exit.step(chunks)
  }

  protected override exitRead(): boolean {
    return this.#exit?.read() === true
  }

  protected override onExitPing(): void {
    this.#exit?.answer()
  }

  unsentFrames(): number {
    return this.#exit?.unsentFrames ?? this.#givenUp
  }

  #beginExit(): StreamExit | null {
    const fd = descriptorOf(this.#socket)
    if (fd === null) return null
    this.#exit = new StreamExit(this.#socket, fd, this.#writing ?? [], {
      received: (chunk) => this.received(chunk),
      asked: () => this.receiver.pongsDue++,
      answered: () => this.receiver.pongsDue <= 0,
    })
    // What was read before comes before what is read from now on.
    this.#readBuffered()
    return this.#exit
  }

  /** TLS: what the kernel takes at once gets through, of the rest nobody knows. Nothing is promised. */
  #exitBlindly(chunks: Buffer[]): boolean {
    if (chunks.length > 0) this.#socket.write(Buffer.concat(chunks))
    if (this.unwritten() > 0) this.#givenUp += countFrames(chunks)
    return true
  }

  readonly #onData = (chunk: Buffer): void => this.#inTurn(() => this.received(chunk))

  readonly #onWritten = (error?: Error | null): void => {
    if (this.closed) return
    if (error) this.#readRest()
    else if (this.#writing === null || this.#socket.writableLength > 0) this.settle()
    else {
      this.#writing = null
      this.written()
    }
  }

  /**
   * Node closes a socket right after a failed write, with all that a neighbour sent before it exited still in
   * there. This is the last moment at which it can be read.
   */
  #readRest(): void {
    this.#readBuffered()
    const fd = descriptorOf(this.#socket)
    for (let bytes = 0; fd !== null && bytes < MAX_REST_BYTES && !this.closed; ) {
      const chunk = tryRead(fd)
      if (chunk === null || chunk === 'over') return
      bytes += chunk.length
      this.received(chunk)
    }
  }

  /** What the socket has read while it was paused; it would drop that when it closes with an error. */
  #readBuffered(): void {
    this.#socket.off('data', this.#onData)
    const chunk = this.#socket.read() as Buffer | null
    if (chunk !== null) this.received(chunk)
  }

  readonly #onError = (error: Error): void => {
    if (!RESETS.has((error as NodeJS.ErrnoException).code)) this.#error = error
  }

  readonly #onEnd = (): void => this.peerEnded()

  readonly #onClose = (): void => {
    this.#readBuffered()
    this.#socket.off('error', this.#onError)
    this.#socket.off('end', this.#onEnd)
    this.#socket.off('close', this.#onClose)
    this.#writing = null
    const error = this.#error
    this.disconnected(error === undefined ? { kind: 'end' } : { kind: 'error', error })
  }
}
