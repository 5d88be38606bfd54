// A link over `process.send`, for children that somebody else forked. Frames travel as base64 in marked objects.
// Node's channel tells neither the writer that something was read nor the reader's wish to rest, so each message is
// answered when it was read: what is not answered counts as queued here.

import type { LinkLimits } from './link.js'
import { LinkBase } from './link-base.js'
import { countFrames } from './outbox.js'

/**
 * Node keeps messages whose `cmd` begins with `NODE_` away from `message` listeners and gives them as
 * `internalMessage`; its own cluster module speaks that way. So the user's messages stay theirs, also those
 * that come before their first listener, and they never see ours, not even in a parent without ipem.
 * https://nodejs.org/api/child_process.html#subprocesssendmessage-sendhandle-options-callback
 */
const MARK = 'NODE_IPEM'

/** Larger messages cost more than proportionally in Node's JSON channel. */
const MAX_MESSAGE_BYTES = 262_144

/** What stands in a marked message. */
type Word =
  | { readonly frames: string }
  /** So many bytes were read. */
  | { readonly taken: number }
  /** Nothing comes any more: the direction ended, or the whole link. The channel itself stays open. */
  | { readonly over: Over }

type Over = 'end' | 'gone'

/** `process` in the child, the ChildProcess in the parent. */
export interface IpcChannel {
  readonly connected: boolean
  send?(message: unknown, handle: undefined, options: undefined, callback: (error: Error | null) => void): boolean
  on(event: string, listener: (message: unknown) => void): unknown
  off(event: string, listener: (message: unknown) => void): unknown
  readonly channel?: { refCounted?(): void; unrefCounted?(): void } | null | undefined
}

export class ProcessLink extends LinkBase {
  readonly kind = 'process'
  readonly #channel: IpcChannel
  /** What came while nobody reads. */
  readonly #waiting: (Buffer | Over)[] = []
  /** Bytes that the other side has not answered. */
  #unread = 0
  #reading = false
  #finished = false
  #peerFinished = false
  #left = false
  /** Somebody has spoken: the other side must hear that we go. A child that has not asked yet may ask the next. */
  #met = false
  #holding = true
  #givenUp = 0

  constructor(channel: IpcChannel, limits: LinkLimits) {
    super(limits)
    this.#channel = channel
    // From the start: a message that nobody listens to is lost.
    channel.on('internalMessage', this.#onMessage)
    channel.on('disconnect', this.#onDisconnect)
    if (!channel.connected) this.#onDisconnect()
  }

  protected write(chunks: Buffer[]): boolean {
    this.#post(chunks)
    return false
  }

  protected unwritten(): number {
    return this.#unread
  }

  protected startReading(): void {
    this.#reading = true
    // Later, as from a socket: whoever opens a link has not got hold of it yet.
    if (this.#waiting.length > 0) process.nextTick(() => this.#readWaiting())
  }

  protected stopReading(): void {
    this.#reading = false
  }

  protected finish(): void {
    this.#finished = true
    this.#say({ over: 'end' })
    if (this.#peerFinished) this.#leave()
  }

  /** The channel is the user's: it stays open, only we leave it. */
  protected shut(): void {
    if (this.#met && !this.#left && this.#channel.connected) this.#say({ over: 'gone' })
    this.#left = true
    // Our listener for `disconnect` is what keeps a child alive; Node takes that back together with the listener.
    this.ref()
    this.#channel.off('internalMessage', this.#onMessage)
    this.#channel.off('disconnect', this.#onDisconnect)
  }

  protected shutAfter(chunks: Buffer[]): void {
    this.#post(chunks)
    this.shut()
  }

  ref(): void {
    if (!this.#holding && this.#isOwn) this.#channel.channel?.refCounted?.()
    this.#holding = true
  }

  /**
   * Counted, as for a listener: `channel.unref()` would let go of the process although the user listens to messages.
   * A parent's end of the channel keeps the parent alive because the user has forked a child, not because of us.
   */
  unref(): void {
    if (this.#holding && this.#isOwn && !this.#left) this.#channel.channel?.unrefCounted?.()
    this.#holding = false
  }

  /** What the channel takes at once gets through. Nothing is promised: `process.send` cannot be waited for here. */
  protected exitStep(chunks: Buffer[]): boolean {
    if (!this.#post(chunks)) this.#givenUp += countFrames(chunks)
    return true
  }

  unsentFrames(): number {
    return this.#givenUp
  }

  get #isOwn(): boolean {
    return (this.#channel as unknown) === process
  }

  /** False where Node says that its queue is long, or the channel is gone. */
  #post(chunks: Buffer[]): boolean {
    if (chunks.length === 0) return true
    this.#met = true
    const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
    let short = true
    this.#unread += bytes.length
    for (let start = 0; start < bytes.length; start += MAX_MESSAGE_BYTES) {
      short = this.#say({ frames: bytes.subarray(start, start + MAX_MESSAGE_BYTES).toString('base64') })
    }
    return short
  }

  #say(word: Word): boolean {
    // With a callback a closed channel is reported there and not as an `error` event of the process.
    return this.#channel.send?.({ cmd: MARK, ...word }, undefined, undefined, () => {}) === true
  }

  readonly #onMessage = (message: unknown): void => {
    const { cmd, frames, taken, over } = (message ?? {}) as Record<string, unknown>
    if (cmd !== MARK) return
    this.#met = true
    if (Number.isSafeInteger(taken)) this.#taken(Math.max(0, taken as number))
    else if (typeof frames === 'string') this.#arrived(Buffer.from(frames, 'base64'))
    else if (over === 'end' || over === 'gone') this.#arrived(over)
  }

  readonly #onDisconnect = (): void => this.#arrived('gone')

  #arrived(what: Buffer | Over): void {
    this.#waiting.push(what)
    if (this.#reading) this.#readWaiting()
  }

  #readWaiting(): void {
    while (this.#reading && this.#waiting.length > 0) this.#read(this.#waiting.shift() as Buffer | Over)
  }

  #read(what: Buffer | Over): void {
    if (typeof what !== 'string') {
      this.received(what)
      this.#say({ taken: what.length })
    } else if (what === 'gone' || this.#finished) this.#leave()
    else {
      this.#peerFinished = true
      this.peerEnded()
    }
  }

  #taken(bytes: number): void {
    if (this.#unread === 0) return
    this.#unread = Math.max(0, this.#unread - bytes)
    if (this.#unread === 0 && !this.closed) this.written()
  }

  #leave(): void {
    this.#left = true
    this.shut()
    this.disconnected({ kind: 'end' })
  }
}
