// A link over a byte stream: an inherited pipe, a Unix socket, TCP or TLS.
// At most one write is with the kernel, the rest in the outbox, so that an exit can go on from the right byte.

import type { Socket } from 'node:net'
import type { LinkLimits } from './link.js'
import { LinkBase } from './link-base.js'
import { descriptorOf, onBrokenWrite, unwrittenBytes } from './native-handle.js'
import { countFrames } from './outbox.js'
import { readChunksSync, writeChunksSync } from './write-sync.js'

export class StreamLink extends LinkBase {
  readonly kind: 'pipe' | 'socket'
  readonly #socket: Socket
  readonly #rest: Buffer | null
  readonly #onWritten = (error?: Error | null): void => this.#taken(error)
  #writing: Buffer[] | null = null
  #error: Error | undefined
  #reading = false
  /** An exit came to its deadline in the middle of a frame: nothing can follow. */
  #cut = false

  /** `rest`: bytes that were read from the socket before it was handed over. */
  constructor(socket: Socket, kind: 'pipe' | 'socket', limits: LinkLimits, rest: Buffer | null = null) {
    super(limits)
    this.kind = kind
    this.#socket = socket
    this.#rest = rest
    // From the start: a socket that breaks before the link is opened must not throw.
    socket.on('error', this.#onError)
    socket.on('close', this.#onClose)
    onBrokenWrite(socket, () => {
      if (this.#reading) this.readAtExit(0, () => this.closed)
    })
  }

  protected startReading(): void {
    if (this.#rest !== null && this.#rest.length > 0) this.received(this.#rest)
    if (this.closed) return
    this.#reading = true
    this.#socket.on('data', this.#onData)
    // A listener alone does not start a socket handed over paused.
    this.#socket.resume()
    // A peer that vanished before we listened has been reported to nobody yet.
    if (this.#socket.destroyed) this.disconnected({ kind: 'end' })
  }

  protected write(chunks: Buffer[]): void {
    const socket = this.#socket
    this.#writing = chunks
    const last = chunks.length - 1
    if (last > 0) socket.cork()
    for (let i = 0; i < last; i++) socket.write(chunks[i] as Buffer)
    socket.write(chunks[last] as Buffer, this.#onWritten)
    if (last > 0) socket.uncork()
    // The kernel mostly takes all at once; then the outbox is free before the callback comes round.
    if (socket.writableLength === 0) this.#taken()
  }

  protected get pendingBytes(): number {
    return this.#writing === null ? 0 : Math.max(1, unwrittenBytes(this.#socket))
  }

  protected shut(): void {
    this.#socket.destroy()
  }

  protected finish(): void {
    this.#socket.end()
  }

  protected stopReading(): void {
    this.#socket.pause()
  }

  protected continueReading(): void {
    this.#socket.resume()
  }

  ref(): void {
    this.#socket.ref()
  }

  unref(): void {
    this.#socket.unref()
  }

  /** Written is not read: TCP drops what is under way when a process ends that has not read all of its own input. */
  override lingerSync(): void {
    if (!this.closed && !this.#cut && this.#socket.remoteAddress !== undefined) this.askAtExit()
  }

  protected override writeAtExit(deadlineMs: number): number {
    const flying = this.#writing ?? []
    const total = flying.reduce((sum, chunk) => sum + chunk.length, 0)
    const before = this.#writing === null ? 0 : total - unwrittenBytes(this.#socket)
    const chunks = [...flying, ...this.outbox.take()]
    // The event loop does not go on with it.
    this.#writing = null
    if (this.closed || chunks.length === 0) return 0
    const fd = this.#cut ? null : descriptorOf(this.#socket)
    const lost = countFrames(chunks, fd === null ? before : writeChunksSync(fd, chunks, before, deadlineMs))
    this.#cut ||= lost > 0
    return lost
  }

  /** Also without an exit, for what is still there when the other end is gone. */
  protected override readAtExit(deadlineMs: number, enough: () => boolean): void {
    const socket = this.#socket
    const take = (chunk: Buffer): void => this.received(chunk)
    socket.off('data', this.#onData)
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) take(chunk)
    const fd = descriptorOf(socket)
    if (fd !== null) readChunksSync(fd, deadlineMs, take, enough)
  }

  readonly #onData = (chunk: Buffer): void => this.received(chunk)

  readonly #onError = (error: Error): void => {
    // A reset is how a peer with unread input ends: its end, not our fault.
    if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET' && (error as NodeJS.ErrnoException).code !== 'EPIPE') {
      this.#error = error
    }
  }

  readonly #onClose = (): void => {
    this.#socket.off('data', this.#onData)
    const error = this.#error
    this.disconnected(error === undefined ? { kind: 'end' } : { kind: 'error', error })
  }

  #taken(error?: Error | null): void {
    // Also called for a write that was found taken before; a failed one is followed by `close`.
    if (this.#writing === null || error || this.#socket.writableLength > 0) return
    this.#writing = null
    this.written()
  }
}
