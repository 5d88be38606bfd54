// A link over `process.send`, for children that somebody else forked. Frames travel as base64 in marked objects.
// It stays simple: no flow control in the reading direction, no flush at exit.

import type { LinkLimits } from './link.js'
import { LinkBase } from './link-base.js'

/**
 * Node keeps messages whose `cmd` begins with `NODE_` away from `message` listeners and gives them as
 * `internalMessage`; its own cluster module speaks that way. So the user's messages stay theirs, also those
 * that come before their first listener, and they never see ours, not even in a parent without ipem.
 * https://nodejs.org/api/child_process.html#subprocesssendmessage-sendhandle-options-callback
 */
const MARK = 'NODE_IPEM'

/** Larger messages cost more than proportionally in Node's JSON channel. */
const MAX_MESSAGE_BYTES = 262_144

/** `process` in the child, the ChildProcess in the parent. */
export interface IpcChannel {
  readonly connected: boolean
  send?(message: unknown, handle: undefined, options: undefined, callback: (error: Error | null) => void): boolean
  on(event: string, listener: (message: unknown) => void): unknown
  off(event: string, listener: (message: unknown) => void): unknown
  readonly channel?: { ref?(): void; unref?(): void } | null | undefined
}

interface MarkedMessage {
  readonly cmd: typeof MARK
  readonly frames: string
}

export class ProcessLink extends LinkBase {
  readonly kind = 'process'
  readonly #channel: IpcChannel
  readonly #early: Buffer[] = []
  #pending = 0
  #reading = false

  constructor(channel: IpcChannel, limits: LinkLimits) {
    super(limits)
    this.#channel = channel
    // From the start: a message that nobody listens to is lost.
    channel.on('internalMessage', this.#onMessage)
    channel.on('disconnect', this.#onDisconnect)
  }

  protected startReading(): void {
    this.resume()
    if (!this.#channel.connected) this.#onDisconnect()
  }

  protected write(chunks: Buffer[]): void {
    const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
    this.#pending = bytes.length
    for (let start = 0; start < bytes.length; start += MAX_MESSAGE_BYTES) {
      const part = bytes.subarray(start, start + MAX_MESSAGE_BYTES)
      const message: MarkedMessage = { cmd: MARK, frames: part.toString('base64') }
      // With a callback a closed channel is reported there and not as an `error` event of the process.
      this.#channel.send?.(message, undefined, undefined, () => this.#sent(part.length))
    }
  }

  protected get pendingBytes(): number {
    return this.#pending
  }

  protected shut(): void {
    this.#leave()
  }

  protected finish(): void {
    // The channel is the user's: it stays open, only we leave it.
    this.#leave()
    this.disconnected({ kind: 'local' })
  }

  protected stopReading(): void {
    this.#reading = false
  }

  protected continueReading(): void {
    this.#reading = true
    for (const chunk of this.#early.splice(0)) this.received(chunk)
  }

  ref(): void {
    this.#channel.channel?.ref?.()
  }

  unref(): void {
    this.#channel.channel?.unref?.()
  }

  #sent(bytes: number): void {
    this.#pending -= bytes
    if (this.#pending === 0 && !this.closed) this.written()
  }

  readonly #onMessage = (message: unknown): void => {
    if (!isMarked(message)) return
    const chunk = Buffer.from(message.frames, 'base64')
    if (this.#reading) this.received(chunk)
    else this.#early.push(chunk)
  }

  readonly #onDisconnect = (): void => {
    this.#leave()
    this.disconnected({ kind: 'end' })
  }

  #leave(): void {
    this.#channel.off('internalMessage', this.#onMessage)
    this.#channel.off('disconnect', this.#onDisconnect)
  }
}

function isMarked(message: unknown): message is MarkedMessage {
  const { cmd, frames } = (message ?? {}) as Partial<MarkedMessage>
  return cmd === MARK && typeof frames === 'string'
}
