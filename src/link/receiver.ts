// The receiving half of a link: bytes become frames. What is malformed ends it; in an `exit` handler only those frames
// pass that somebody waits for.

import { IpemError } from '../errors.js'
import { FrameKind, FrameReader } from '../wire/frame.js'

export interface ReceiverHost {
  onFrame(kind: FrameKind, bytes: Buffer, start: number, end: number): void
  /** What came is not the protocol, or the owner says so. Nothing is reported afterwards. */
  onMalformed(error: IpemError): void
  /** The owner has failed in the middle of a frame; what follows is lost. */
  onFault(error: Error): void
  /** A ping came; in an `exit` handler nobody else hears of it. */
  onPing(exiting: boolean): void
}

export class Receiver {
  readonly #reader: FrameReader
  readonly #host: ReceiverHost
  /** In an `exit` handler: whether a frame is still wanted. */
  #wanted: (() => boolean) | null = null
  /** Pings sent that no pong has answered. */
  pongsDue = 0

  constructor(maxFrame: number, host: ReceiverHost) {
    this.#host = host
    this.#reader = new FrameReader(maxFrame, (kind, bytes, start, end) => this.#onFrame(kind, bytes, start, end))
  }

  receive(chunk: Buffer): void {
    try {
      this.#reader.push(chunk)
    } catch (error) {
      this.#failed(error)
    }
  }

  /** See `FrameReader.space`. */
  space(): Buffer | null {
    return this.#reader.space()
  }

  filled(bytes: number): void {
    try {
      this.#reader.filled(bytes)
    } catch (error) {
      this.#failed(error)
    }
  }

  #failed(error: unknown): void {
    this.#reader.stop()
    if (error instanceof IpemError) {
      this.#host.onMalformed(error)
      return
    }
    // Our fault and not the peer's, so it is not hidden; but what follows in these bytes has lost its beginning.
    this.#host.onFault(error as Error)
    throw error
  }

  stop(): void {
    this.#reader.stop()
  }

  only(wanted: () => boolean): void {
    this.#wanted = wanted
  }

  #onFrame(kind: FrameKind, bytes: Buffer, start: number, end: number): void {
    const wanted = this.#wanted
    if (kind === FrameKind.pong) this.pongsDue--
    else if (kind === FrameKind.ping) this.#host.onPing(wanted !== null)
    if (wanted === null || (kind !== FrameKind.ping && wanted())) this.#host.onFrame(kind, bytes, start, end)
  }
}
