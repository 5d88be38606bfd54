// The contract every kind of link fulfils: an ordered duplex channel of frames to one neighbour.
// It knows bytes, liveness and backpressure; it knows nothing of routing, events or processes.

import type { IpemError } from '../errors.js'
import type { FrameKind } from '../wire/frame.js'
import type { Keep } from '../wire/payload-memory.js'

/** What a link reports. Given once by its owner, with `open()`. */
export interface LinkHandlers {
  /**
   * One whole frame. `bytes[start, end)` is the body; it is only a view: it MUST be copied by whoever keeps
   * small parts of it, but the memory itself is never reused by the link.
   * Throwing an IpemError closes the link with it; any other error closes the link too and is thrown on.
   */
  onFrame(kind: FrameKind, bytes: Buffer, start: number, end: number): void
  /** The queue fell to half of the high-water mark after it was over it. Never called from within a send. */
  onDrain(): void
  /**
   * Over the high-water mark, and for `stallMs` no byte moved and no ping came. `stalled` ends when there is one, at
   * the latest with `onDrain`.
   */
  onStall(): void
  /** What came is not the protocol; the last chance to `send` a refusal before the link closes with this error. */
  onMalformed(error: IpemError): void
  /** Exactly once, whatever ended it, also if that was before `open()`; nothing is reported afterwards. */
  onClose(reason: LinkCloseReason): void
}

export interface LinkCloseReason {
  /**
   * `end`: the other side finished or died; `bye`: it said goodbye; `error`: broken, refused or malformed;
   * `local`: closed here.
   */
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
  /** Nothing that is sent leaves any more: closed, or goodbye was said. */
  readonly mute: boolean
  /** Start reading; frames that came before are reported first, but not before this has returned. */
  open(handlers: LinkHandlers): void
  /** Append one frame with `body`; MUST keep order; MUST NOT throw when closed (the frame is lost with the link). */
  send(kind: FrameKind, body: Uint8Array): void
  /**
   * Append one event frame: header id, request id, payload. The hot path. `keep` says whose the payload is from now on;
   * what is still the caller's MUST be copied before this returns.
   */
  sendEvent(headerId: number, requestId: number, payload: Buffer, start: number, end: number, keep: Keep): void
  /**
   * Stop reading from the neighbour (frames already read may still be reported) until `resume()`. It gets pings
   * meanwhile, so that it waits and does not take us for one that has stopped. The end of a paused link is perhaps
   * seen only when it is resumed. A link that is ending reads on.
   */
  pause(): void
  resume(): void
  /** Resolves when all that was sent before the call has left this process, or the link has closed. */
  flush(): Promise<void>
  /** Say goodbye, flush, wait for the other side to do the same, close; all within `deadlineMs`. Resolves when closed. */
  end(deadlineMs: number): Promise<void>
  /** Close at once; what is queued is lost. */
  destroy(error?: Error): void
  /**
   * In an `exit` handler, when the event loop is over: go on with what is queued, without waiting. True when there
   * is nothing more to do. From the first call on each send is written at once, waiting until `until` (a time of
   * `performance.now()`) where it must, and nothing is reported any more. Called by `flushAtExit`.
   */
  flushStep(until: number): boolean
  /** After `flushStep`: the frames that are known not to be out. */
  unsentFrames(): number
  /**
   * In an `exit` handler: wait for frames and report them, until there is `enough` or `deadlineMs` have passed. What
   * is queued leaves meanwhile. A link that cannot read synchronously returns at once.
   */
  receiveSync(deadlineMs: number, enough: () => boolean): void
  /** Whether this link keeps the process alive; it does at first. */
  ref(): void
  unref(): void
}

/** The limits a link keeps; all in bytes or milliseconds. */
export interface LinkLimits {
  readonly highWaterMark: number
  readonly stallMs: number
  readonly maxFrame: number
}
