// The life of a link, the same for all media: opening, receiving, goodbye, close, and the exit of the process.
// A subclass supplies verbs only: how bytes leave, how reading goes and rests, how the medium closes.

import type { IpemError } from '../errors.js'
import { FrameKind } from '../wire/frame.js'
import type { Keep } from '../wire/payload-memory.js'
import { EarlyReports } from './early-reports.js'
import { flushAtExit, waitAtExit } from './exit-flush.js'
import { LifeSigns, signIntervalMs } from './life-signs.js'
import type { Link, LinkCloseReason, LinkHandlers, LinkLimits } from './link.js'
import { Receiver } from './receiver.js'
import { SendQueue } from './send-queue.js'

const NO_BODY = Buffer.alloc(0)

export abstract class LinkBase implements Link {
  abstract readonly kind: Link['kind']
  protected readonly receiver: Receiver
  readonly #queue: SendQueue
  readonly #signs: LifeSigns
  #handlers: LinkHandlers | null = null
  #begun = false
  #paused = false
  /** Nothing sent is taken any more: closed, or goodbye was said. */
  #mute = false
  #saidBye = false
  #closed = false
  readonly #early = new EarlyReports()
  #onClosed: (() => void)[] = []
  /** In an `exit` handler: until when to wait. */
  #exiting = false
  #exitUntil = 0

  constructor(limits: LinkLimits) {
    this.receiver = new Receiver(limits.maxFrame, {
      onFrame: (kind, bytes, start, end) => this.#handlers?.onFrame(kind, bytes, start, end),
      onMalformed: (error) => this.#malformed(error),
      onFault: (error) => this.destroy(error),
      onPing: (exiting) => this.#onPing(exiting),
    })
    this.#signs = new LifeSigns(signIntervalMs(limits.stallMs), () => this.send(FrameKind.ping, NO_BODY))
    this.#queue = new SendQueue(limits, {
      write: (chunks) => this.write(chunks),
      unwritten: () => this.unwritten(),
      onDrain: () => this.#handlers?.onDrain(),
      onStall: () => this.#handlers?.onStall(),
    })
  }

  /** See `Sink`. */
  protected abstract write(chunks: Buffer[]): boolean
  /** See `Sink`. */
  protected abstract unwritten(): number
  /** Begins to read, or goes on; `received()` follows, not at once. May be called again. */
  protected abstract startReading(): void
  protected abstract stopReading(): void
  /** Ends our direction after all that was written; `disconnected()` follows when the other is at its end, too. */
  protected abstract finish(): void
  protected abstract shut(): void
  /** As `shut`, but what was written before and `chunks` still get through, if that does not take long. */
  protected abstract shutAfter(chunks: Buffer[]): void
  abstract ref(): void
  abstract unref(): void

  get queuedBytes(): number {
    return this.#queue.bytes
  }

  get needDrain(): boolean {
    return this.#queue.needDrain
  }

  get stalled(): boolean {
    return this.#queue.stalled
  }

  get closed(): boolean {
    return this.#closed
  }

  get mute(): boolean {
    return this.#mute
  }

  open(handlers: LinkHandlers): void {
    this.#handlers = handlers
    this.#begin()
  }

  send(kind: FrameKind, body: Uint8Array): void {
    if (this.#mute) return
    if (kind === FrameKind.ping) this.receiver.pongsDue++
    this.#queue.send(kind, body)
  }

  sendEvent(headerId: number, requestId: number, payload: Buffer, start: number, end: number, keep: Keep): void {
    if (!this.#mute) this.#queue.sendEvent(headerId, requestId, payload, start, end, keep)
  }

  pause(): void {
    // Whoever ends has to see the end of the other side.
    if (this.#saidBye || this.#closed) return
    this.#paused = true
    this.#signs.start()
    this.stopReading()
  }

  resume(): void {
    this.#unpause()
    if (this.#begun && !this.#closed) this.startReading()
  }

  flush(): Promise<void> {
    return this.#queue.flush()
  }

  end(deadlineMs: number): Promise<void> {
    if (this.#closed) return Promise.resolve()
    if (!this.#saidBye) this.#sayBye()
    const deadline = setTimeout(() => this.destroy(), deadlineMs)
    return new Promise((resolve) => {
      this.#onClosed.push(() => {
        clearTimeout(deadline)
        resolve()
      })
    })
  }

  destroy(error?: Error): void {
    if (this.#closed) return
    this.shut()
    this.#close({ kind: error === undefined ? 'local' : 'error', ...(error && { error }) })
  }

  flushStep(until: number): boolean {
    if (this.#closed) return true
    this.#exitUntil = until
    if (!this.#exiting) this.#beginExit()
    return this.exitStep(this.#queue.take()) || this.#closed
  }

  receiveSync(deadlineMs: number, enough: () => boolean): void {
    const until = performance.now() + deadlineMs
    if (!this.#exiting) this.#beginExit()
    this.receiver.only(() => !enough())
    waitAtExit(until, () => {
      this.flushStep(until)
      return this.#closed || enough() || !this.exitRead()
    })
    this.receiver.only(() => false)
  }

  /** See `flushStep`; `chunks` is what was sent since the last one. */
  protected abstract exitStep(chunks: Buffer[]): boolean
  abstract unsentFrames(): number

  /** Reads what is there now. False where nothing can come, or not in this way. */
  protected exitRead(): boolean {
    return false
  }

  /** The other side has sent a ping to a process that exits. */
  protected onExitPing(): void {}

  /** Bytes arrived. */
  protected received(chunk: Buffer): void {
    if (this.#closed || this.#early.keep(() => this.received(chunk))) return
    this.receiver.receive(chunk)
  }

  /** The medium took all of the last `write`. */
  protected written(): void {
    this.#queue.written()
  }

  /** As `written`, for a write that was taken at once. */
  protected settle(): void {
    this.#queue.settle()
  }

  /** The other side sends no more. Where we are ending, too, our own end is still to come. */
  protected peerEnded(): void {
    if (this.#closed || this.#saidBye) return
    // Also where nobody has opened the link, and perhaps nobody will.
    this.shut()
    this.disconnected({ kind: 'end' })
  }

  /** The medium is gone, whoever ended it. */
  protected disconnected(reason: LinkCloseReason): void {
    if (this.#closed || this.#early.keep(() => this.disconnected(reason))) return
    this.#close(reason)
  }

  #close(reason: LinkCloseReason): void {
    this.#closed = true
    this.#mute = true
    this.#unpause()
    this.receiver.stop()
    this.#queue.close()
    for (const resolve of this.#onClosed.splice(0)) resolve()
    const report = () => this.#handlers?.onClose(this.#saidBye ? { kind: 'local' } : reason)
    if (!this.#early.keep(report)) report()
  }

  /** From now on bytes and reports go to the owner, or to nobody. */
  #begin(): void {
    this.#begun = true
    this.#early.release()
    if (!this.#paused && !this.#closed) this.startReading()
  }

  #unpause(): void {
    this.#paused = false
    this.#signs.stop()
  }

  #onPing(exiting: boolean): void {
    // Who takes nothing and says so is held back itself, and has not stopped.
    this.#queue.heard()
    // Two processes that exit at once must not wait for each other.
    if (exiting) this.onExitPing()
  }

  /** Tells the other side why, then closes. */
  #malformed(error: IpemError): void {
    try {
      this.#handlers?.onMalformed(error)
    } finally {
      if (!this.#closed) {
        this.shutAfter(this.#queue.take())
        this.#close({ kind: 'error', error })
      }
    }
  }

  #sayBye(): void {
    this.send(FrameKind.bye, NO_BODY)
    this.#saidBye = true
    this.#mute = true
    // A link that is held back by flow control, or not open yet, would never see the end of the other side.
    this.#unpause()
    this.#begin()
    void this.flush().then(() => {
      if (!this.#closed) this.finish()
    })
  }

  #beginExit(): void {
    this.#exiting = true
    this.receiver.only(() => false)
    this.#early.releaseNow()
    this.#queue.hurry(() => flushAtExit([this], this.#exitUntil - performance.now()))
  }
}
