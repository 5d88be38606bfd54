// What all links share: the outbox, the tick's single write, the marks, the stall watch and the end.
// A subclass supplies verbs only: how bytes leave, how reading stops, how the medium closes.

import { IpemError } from '../errors.js'
import { FrameKind, FrameReader } from '../wire/frame.js'
import type { Link, LinkCloseReason, LinkHandlers, LinkLimits } from './link.js'
import { countFrames, Outbox } from './outbox.js'

const NO_BODY = Buffer.alloc(0)

/** Looks within `stallMs`. Counting looks, not time: a process that was itself suspended has not waited. */
const STALL_TICKS = 4

export abstract class LinkBase implements Link {
  abstract readonly kind: Link['kind']
  protected readonly outbox = new Outbox()
  readonly #limits: LinkLimits
  readonly #reader: FrameReader
  #handlers: LinkHandlers | null = null
  #scheduled = false
  #needDrain = false
  #stalled = false
  #closed = false
  #ending: (() => void) | null = null
  #saidBye = false
  #ended: Promise<void> | null = null
  #stallTimer: NodeJS.Timeout | null = null
  #signTimer: NodeJS.Timeout | null = null
  #lastPending = 0
  #stillTicks = 0
  #flushes: (() => void)[] = []
  /** Set in an `exit` handler: the event loop is over. */
  #exitDeadline: number | null = null
  #enough = (): boolean => true
  #pings = 0

  constructor(limits: LinkLimits) {
    this.#limits = limits
    this.#reader = new FrameReader(limits.maxFrame, (kind, bytes, start, end) => this.#onFrame(kind, bytes, start, end))
  }

  /** Hands chunks to the medium. Only called when the previous ones are taken; `written()` answers it. */
  protected abstract write(chunks: Buffer[]): void
  /** Bytes handed to `write` and not yet taken by the operating system. */
  protected abstract get pendingBytes(): number
  /** Begins to read; called once. */
  protected abstract startReading(): void
  protected abstract shut(error?: Error): void
  /** Ends the medium after everything written; `disconnected()` answers it. */
  protected abstract finish(): void
  protected abstract stopReading(): void
  protected abstract continueReading(): void
  abstract ref(): void
  abstract unref(): void

  get queuedBytes(): number {
    return this.outbox.bytes + this.pendingBytes
  }

  get needDrain(): boolean {
    return this.#needDrain
  }

  get stalled(): boolean {
    return this.#stalled
  }

  get closed(): boolean {
    return this.#closed
  }

  open(handlers: LinkHandlers): void {
    this.#handlers = handlers
    this.startReading()
  }

  send(kind: FrameKind, body: Uint8Array): void {
    if (this.#closed || this.#saidBye) return
    if (kind === FrameKind.ping) this.#pings++
    this.outbox.addFrame(kind, body)
    this.#added()
  }

  sendEvent(headerId: number, requestId: number, payload: Buffer, start: number, end: number): void {
    if (this.#closed || this.#saidBye) return
    this.outbox.addEvent(headerId, requestId, payload, start, end)
    this.#added()
  }

  /** The other end hears now and then that this is on purpose, and does not take us for one that has stopped. */
  pause(): void {
    this.stopReading()
    this.#signTimer ??= setInterval(() => this.send(FrameKind.ping, NO_BODY), this.#limits.stallMs / STALL_TICKS)
    this.#signTimer.unref()
  }

  resume(): void {
    if (this.#signTimer !== null) clearInterval(this.#signTimer)
    this.#signTimer = null
    this.continueReading()
  }

  flush(): Promise<void> {
    this.#leave()
    if (this.#closed || this.queuedBytes === 0) return Promise.resolve()
    return new Promise((resolve) => this.#flushes.push(resolve))
  }

  /** The first deadline counts: both sides may end a link at the same time. */
  end(deadlineMs: number): Promise<void> {
    this.#ended ??= this.#end(deadlineMs)
    return this.#ended
  }

  async #end(deadlineMs: number): Promise<void> {
    if (this.#closed) return
    this.send(FrameKind.bye, NO_BODY)
    this.#saidBye = true
    const closed = new Promise<void>((resolve) => {
      this.#ending = resolve
    })
    const deadline = setTimeout(() => this.destroy(), deadlineMs)
    // A link that is held back by flow control would never read the end of the other side.
    this.resume()
    await this.flush()
    if (!this.#closed) this.finish()
    await closed
    clearTimeout(deadline)
  }

  destroy(error?: Error): void {
    if (this.#closed) return
    this.shut(error)
    this.disconnected({ kind: error === undefined ? 'local' : 'error', ...(error && { error }) })
  }

  flushSync(deadlineMs: number): number {
    this.#exitDeadline = performance.now() + deadlineMs
    return this.writeAtExit(deadlineMs)
  }

  lingerSync(): void {}

  receiveSync(enough: () => boolean): void {
    const before = this.#enough
    this.#enough = enough
    this.readAtExit(this.exitMs, () => this.closed || enough())
    this.#enough = before
  }

  /** Writes what is queued. A medium that cannot do so synchronously gives up what it holds. */
  protected writeAtExit(_deadlineMs: number): number {
    return countFrames(this.outbox.take())
  }

  /** Hands what comes in to `received`, until there is enough of it or nothing more can come. */
  protected readAtExit(_deadlineMs: number, _enough: () => boolean): void {}

  /** What is left of the time in an `exit` handler. */
  protected get exitMs(): number {
    return Math.max(0, (this.#exitDeadline ?? 0) - performance.now())
  }

  /** Asks the other end whether it has read everything, and waits for its yes. */
  protected askAtExit(): void {
    this.outbox.addFrame(FrameKind.ping, NO_BODY)
    this.#pings++
    this.writeAtExit(this.exitMs)
    this.readAtExit(this.exitMs, () => this.closed || this.#pings === 0)
  }

  /** Bytes arrived. Malformed ones end the link, and only this link. */
  protected received(chunk: Buffer): void {
    if (this.#closed) return
    try {
      this.#reader.push(chunk)
    } catch (error) {
      // Errors of the owner's handlers would be ours, not the peer's; those are never swallowed here.
      if (!(error instanceof IpemError)) throw error
      this.#malformed(error)
    }
  }

  /** Tells the other side why, then closes. */
  #malformed(error: IpemError): void {
    this.#reader.stop()
    this.#handlers?.onMalformed(error)
    this.#leave()
    this.destroy(error)
  }

  /** The medium took all of the last `write`. */
  protected written(): void {
    if (this.outbox.bytes > 0) {
      this.#leave()
      return
    }
    this.outbox.reuse()
    if (this.#needDrain) this.#drained()
    if (this.#flushes.length > 0) this.#flushed()
  }

  /** The medium is gone, whoever ended it. Reported once. */
  protected disconnected(reason: LinkCloseReason): void {
    if (this.#closed) return
    this.#closed = true
    this.#reader.stop()
    if (this.#stallTimer !== null) clearInterval(this.#stallTimer)
    this.#stallTimer = null
    if (this.#signTimer !== null) clearInterval(this.#signTimer)
    this.#signTimer = null
    this.#flushed()
    this.#ending?.()
    this.#handlers?.onClose(this.#saidBye ? { kind: 'local' } : reason)
  }

  protected get midFrame(): boolean {
    return this.#reader.midFrame
  }

  #onFrame(kind: FrameKind, bytes: Buffer, start: number, end: number): void {
    if (kind === FrameKind.pong && this.#pings > 0) this.#pings--
    // It lives, and will read on when it can.
    if (kind === FrameKind.ping) this.#stillTicks = 0
    if (this.#exitDeadline !== null && this.#enough()) return
    this.#handlers?.onFrame(kind, bytes, start, end)
    if (this.#closed) this.#reader.stop()
  }

  #added(): void {
    if (this.#exitDeadline !== null) {
      this.writeAtExit(this.exitMs)
      this.lingerSync()
      return
    }
    if (!this.#needDrain && this.queuedBytes > this.#limits.highWaterMark) this.#overMark()
    if (this.outbox.full && this.pendingBytes === 0) this.#leave()
    else if (!this.#scheduled) {
      this.#scheduled = true
      // After the code that is running now, before any I/O: all frames of one tick leave in one write.
      process.nextTick(leaveTick, this)
    }
  }

  /** @internal */
  static leaveTick(link: LinkBase): void {
    link.#scheduled = false
    link.#leave()
  }

  #leave(): void {
    if (this.#closed || this.pendingBytes > 0 || this.outbox.bytes === 0) return
    this.write(this.outbox.take())
  }

  #overMark(): void {
    this.#needDrain = true
    this.#lastPending = -1
    this.#stallTimer = setInterval(() => this.#watch(), this.#limits.stallMs / STALL_TICKS)
    this.#stallTimer.unref()
  }

  /** Bytes only ever leave in order, so what is pending shrinks exactly when something moved. */
  #watch(): void {
    const pending = this.pendingBytes
    this.#stillTicks = pending > 0 && pending === this.#lastPending ? this.#stillTicks + 1 : 0
    this.#lastPending = pending
    if (this.#stillTicks < STALL_TICKS - 1 || this.#stalled) return
    this.#stalled = true
    this.#handlers?.onStall()
  }

  #drained(): void {
    this.#needDrain = false
    this.#stalled = false
    if (this.#stallTimer !== null) clearInterval(this.#stallTimer)
    this.#stallTimer = null
    this.#handlers?.onDrain()
  }

  #flushed(): void {
    const flushes = this.#flushes
    this.#flushes = []
    for (const resolve of flushes) resolve()
  }
}

const leaveTick = LinkBase.leaveTick
