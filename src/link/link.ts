// The contract every kind of link fulfils: an ordered duplex channel of frames to one neighbour.
// It knows bytes, liveness and backpressure; it knows nothing of routing, events or processes.

import type { IpemError } from '../errors.js'
import type { FrameKind } from '../wire/frame.js'

/** What a link reports. Assigned once by its owner, before `open()`. */
export interface LinkHandlers {
  /**
   * One whole frame. `bytes[start, end)` is the body; it is only a view: it MUST be copied by whoever keeps
   * small parts of it, but the memory itself is never reused by the link.
   * Throwing an IpemError closes the link with it.
   */
  onFrame(kind: FrameKind, bytes: Buffer, start: number, end: number): void
  /** The queue fell below the low-water mark after it was over the high-water mark. */
  onDrain(): void
  /** Over the high-water mark, and for `stallMs` no byte moved and no ping came; ends with `onDrain`. */
  onStall(): void
  /** What came is not the protocol; the last chance to `send` a refusal before the link closes with this error. */
  onMalformed(error: IpemError): void
  /** Exactly once, whatever ended it; nothing is reported afterwards. */
  onClose(reason: LinkCloseReason): void
}

export interface LinkCloseReason {
  /** `end`: the other side finished; `bye`: it said goodbye; `error`: broken, refused or malformed; `local`: closed here. */
  readonly kind: 'end' | 'bye' | 'error' | 'local'
  readonly error?: Error
}

export interface Link {
  readonly kind: 'pipe' | 'socket' | 'process' | 'memory'
  /** Bytes accepted here and not yet taken by the operating system. */
  readonly queuedBytes: number
  /** True from the high-water mark until the queue has drained. */
  readonly needDrain: boolean
  readonly stalled: boolean
  readonly closed: boolean
  /** Start reading; frames that came before are reported first. */
  open(handlers: LinkHandlers): void
  /** Append one frame with `body`; MUST keep order; MUST NOT throw when closed (the frame is lost with the link). */
  send(kind: FrameKind, body: Uint8Array): void
  /**
   * Append one event frame: header id, request id, payload. The hot path: the payload may be kept without
   * a copy until it is written, so the caller MUST NOT change it.
   */
  sendEvent(headerId: number, requestId: number, payload: Buffer, start: number, end: number): void
  /**
   * Stop reading from the neighbour (frames already read may still be reported) until `resume()`. It is told now and
   * then that we live, so that it waits and does not count as stalled.
   */
  pause(): void
  resume(): void
  /** Resolves when all that was sent so far has left this process, or the link has closed. */
  flush(): Promise<void>
  /** Say goodbye, flush within `deadlineMs`, close. Resolves when closed. */
  end(deadlineMs: number): Promise<void>
  /** Close at once; what is queued is lost. */
  destroy(error?: Error): void
  /**
   * In an `exit` handler: write what is queued, synchronously, for at most `deadlineMs`. Returns frames given up.
   * What is sent afterwards leaves at once, within the same time; what comes in is not reported any more.
   */
  flushSync(deadlineMs: number): number
  /**
   * After `flushSync`, within its time: wait until the other end has read everything, where the medium may drop what
   * was not read when this process ends.
   */
  lingerSync(): void
  /** After `flushSync`, within its time: read and report frames until there is `enough`. */
  receiveSync(enough: () => boolean): void
  ref(): void
  unref(): void
}

/** The limits a link keeps; all in bytes or milliseconds. */
export interface LinkLimits {
  readonly highWaterMark: number
  readonly stallMs: number
  readonly maxFrame: number
}
