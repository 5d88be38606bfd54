// The framed stream a user holds: a duplex stream of bytes on one side, values and events on the other.
// What the bytes are is in the encoder and the decoder.

import { EventEmitter } from 'eventemitter3'
import { IpemError } from '../../index.js'
import { FrameDecoder } from './frame-decoder.js'
import { encodeFrame } from './frame-encoder.js'
import {
  eventOf,
  type FrameEvent,
  type FrameEventHandler,
  type FrameEventListener,
  guard,
  tell,
} from './frame-events.js'
import { notTheProtocol } from './frame-format.js'
import { checkStream, type FramableStream, type FrameStreamOptions, maxPayloadOf } from './frame-options.js'

export type { FramableStream, FrameEvent, FrameEventHandler, FrameEventListener, FrameStreamOptions }

export interface FramedStreamEvents {
  /** A value from the other side; a Buffer where it sent binary. */
  // biome-ignore lint/suspicious/noExplicitAny: what the other side sends is between the two
  message: [value: any]
  /** `send` has returned false, and now there is room again. */
  drain: []
  /** The stream is broken and destroyed; `close` follows. Without a listener it is a process warning. */
  error: [error: IpemError]
  /** Nothing comes or goes any more. */
  close: []
}

/** Values over a stream of bytes. Made by `frameStream()`. */
export class FramedStream extends EventEmitter<FramedStreamEvents> {
  static readonly CONNECTING = 0
  static readonly OPEN = 1
  static readonly CLOSING = 2
  static readonly CLOSED = 3
  readonly CONNECTING = FramedStream.CONNECTING
  readonly OPEN = FramedStream.OPEN
  readonly CLOSING = FramedStream.CLOSING
  readonly CLOSED = FramedStream.CLOSED

  /** The stream below. To destroy it closes at once, to pause it keeps messages from coming. */
  readonly stream: FramableStream
  onmessage: FrameEventHandler<this> | null = null
  onerror: FrameEventHandler<this> | null = null
  onclose: FrameEventHandler<this> | null = null

  readonly #decoder: FrameDecoder
  readonly #maxPayload: number
  /** Messages are being told; a listener may cause the next bytes. */
  #telling = false
  #failed = false
  #closed = false

  /** @internal */
  constructor(stream: FramableStream, maxPayload: number) {
    super()
    this.stream = stream
    this.#maxPayload = maxPayload
    this.#decoder = new FrameDecoder(maxPayload)
    stream.on('data', this.#onData)
    stream.on('end', this.#onEnd)
    stream.on('error', this.#onError)
    stream.on('drain', this.#onDrain)
    stream.on('close', this.#onClose)
    // What has happened before is not told again.
    if (stream.closed) process.nextTick(this.#onClose)
    else if (stream.readableEnded) process.nextTick(this.#onEnd)
  }

  /** Who is at the other end, where the stream knows: `master`, `child-1`. */
  get id(): string | undefined {
    return this.stream.id
  }

  /** CONNECTING, OPEN, CLOSING or CLOSED. What is sent while it is CONNECTING goes out later. */
  get readyState(): 0 | 1 | 2 | 3 {
    const { stream } = this
    if (this.#closed) return FramedStream.CLOSED
    if (stream.destroyed || stream.writableEnded) return FramedStream.CLOSING
    return stream.connecting === true ? FramedStream.CONNECTING : FramedStream.OPEN
  }

  /** Bytes that the system has not taken yet. */
  get bufferedAmount(): number {
    return this.stream.writableLength
  }

  /**
   * Sends a value: a string, a number, a boolean, null, an object or an array of these, or binary by itself.
   *
   * Not guaranteed: that it arrives, if the other side goes.
   *
   * @returns false when more waits than the stream likes; it goes out nevertheless, and `drain` follows
   * @throws ERR_IPEM_UNSERIALIZABLE JSON would change it; `path` says where
   * @throws ERR_IPEM_TOO_LARGE it has more than `maxPayload` bytes
   * @throws ERR_IPEM_CLOSED this side or the other one has closed
   */
  send(value: unknown): boolean {
    if (this.readyState >= FramedStream.CLOSING) {
      throw new IpemError('ERR_IPEM_CLOSED', 'The stream is closed, nothing can be sent over it')
    }
    return this.stream.write(encodeFrame(value, this.#maxPayload))
  }

  /** Sends what waits, then says that no more comes. Messages still do until the other side has closed too. */
  close(): void {
    const { stream } = this
    if (!stream.destroyed && !stream.writableEnded) stream.end()
  }

  /** As in the browser: once for each listener, which gets an event. */
  addEventListener(
    type: 'message' | 'error' | 'close',
    listener: FrameEventListener<this>,
    options: boolean | { readonly once?: boolean } = {},
  ): void {
    if (this.#wrapperOf(type, listener) !== undefined) return
    const wrapper = (...args: unknown[]): void => {
      const event = eventOf(this, type, args)
      if (typeof listener === 'function') listener.call(this, event)
      else listener.handleEvent(event)
    }
    wrapper.listener = listener
    if (typeof options === 'object' && options.once) this.once(type, wrapper)
    else this.on(type, wrapper)
  }

  removeEventListener(type: 'message' | 'error' | 'close', listener: FrameEventListener<this>): void {
    const wrapper = this.#wrapperOf(type, listener)
    if (wrapper !== undefined) this.removeListener(type, wrapper)
  }

  #wrapperOf(type: 'message' | 'error' | 'close', listener: unknown) {
    return this.listeners(type).find((each) => (each as { listener?: unknown }).listener === listener)
  }

  #onData = (chunk: unknown): void => {
    if (!(chunk instanceof Uint8Array)) {
      this.#fail(notTheProtocol('Expected bytes from the stream below: it must have no encoding and no object mode'))
      return
    }
    this.#decoder.push(chunk)
    if (this.#telling) return
    this.#telling = true
    try {
      while (!this.stream.destroyed) {
        const value = this.#decoder.next()
        if (value === undefined) break
        this.#tell('message', value)
      }
    } catch (error) {
      this.#fail(error as IpemError)
    }
    this.#telling = false
  }

  #onEnd = (): void => {
    try {
      this.#decoder.end()
      this.close()
    } catch (error) {
      this.#fail(error as IpemError)
    }
  }

  #onError = (cause: unknown): void => {
    const message = `The stream is broken: ${cause instanceof Error ? cause.message : String(cause)}`
    this.#fail(new IpemError('ERR_IPEM_UNREACHABLE', message, { cause }))
  }

  #onDrain = (): void => {
    if (this.readyState === FramedStream.OPEN) this.#tell('drain')
  }

  #onClose = (): void => {
    if (this.#closed) return
    this.#closed = true
    const { stream } = this
    stream.off('data', this.#onData)
    stream.off('end', this.#onEnd)
    stream.off('error', this.#onError)
    stream.off('drain', this.#onDrain)
    stream.off('close', this.#onClose)
    this.#tell('close')
  }

  /** The first failure counts: what follows comes of it. */
  #fail(error: IpemError): void {
    if (this.#failed) return
    this.#failed = true
    this.stream.destroy()
    if (this.#tell('error', error)) return
    const who = this.id === undefined ? '' : ` (stream to ${this.id})`
    process.emitWarning(`${error.message}${who}`, { type: 'IpemWarning', code: error.code })
  }

  /** Never throws. */
  #tell(type: keyof FramedStreamEvents, ...args: unknown[]): boolean {
    const told = tell(this as EventEmitter, type, args)
    const handler = type === 'drain' ? null : this[`on${type}`]
    if (typeof handler !== 'function') return told
    guard(() => handler.call(this, eventOf(this, type, args)))
    return true
  }
}

/**
 * Frames a stream of bytes: values in, values out, as over a WebSocket. The other side has to frame it too; one with the
 * `frameStream` of the old multi-node understands everything but binary.
 *
 * ```ts
 * const framed = frameStream(stream)
 * framed.on('message', (value) => {})
 * framed.send({ foo: 'bar' })
 * ```
 *
 * Messages come from the next tick on, whether somebody listens or not, unless the stream is paused. A listener that
 * throws keeps nothing else from working; its error is thrown again from `process.nextTick`.
 *
 * @throws ERR_IPEM_INVALID_ARG, ERR_IPEM_INVALID_OPTION
 * Source: the readme of multi-node, «Framing»; the bytes are those of draft-hixie-thewebsocketprotocol-76.
 */
export function frameStream(stream: FramableStream, options: FrameStreamOptions = {}): FramedStream {
  checkStream(stream)
  return new FramedStream(stream, maxPayloadOf(options))
}
