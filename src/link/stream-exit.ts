// The exit of a process at one stream: writes the rest past libuv, and over TCP waits until the neighbour has it.

import type { Socket } from 'node:net'
import { encodeFrame, FrameKind } from '../wire/frame.js'
import { ExitWrite } from './exit-write.js'
import { unwrittenBytes } from './native-handle.js'
import { tryRead } from './sync-io.js'

const PING = encodeFrame(FrameKind.ping, Buffer.alloc(0))
const PONG = encodeFrame(FrameKind.pong, Buffer.alloc(0))

/** At once, so that a neighbour who sends faster than we read does not keep us from looking at the clock. */
const READS = 16

export interface ExitPeer {
  /** Bytes came from the neighbour. */
  received(chunk: Buffer): void
  /** One more pong is due. */
  asked(): void
  /** No pong is due. */
  answered(): boolean
}

export class StreamExit {
  readonly #fd: number
  readonly #write: ExitWrite
  readonly #peer: ExitPeer
  readonly #isTcp: boolean
  /** All that was sent is out, and a ping behind it. */
  #asked = false

  /** `flying`: the chunks that are with libuv, in whole or in part. */
  constructor(socket: Socket, fd: number, flying: readonly Buffer[], peer: ExitPeer) {
    const total = flying.reduce((sum, chunk) => sum + chunk.length, 0)
    this.#fd = fd
    this.#write = new ExitWrite(fd, flying, total - unwrittenBytes(socket))
    this.#peer = peer
    this.#isTcp = socket.remoteFamily !== undefined
  }

  get unsentFrames(): number {
    return this.#asked ? 0 : this.#write.unsentFrames
  }

  /** Goes on without waiting, with `chunks` behind what was there. True when there is nothing more to do. */
  step(chunks: readonly Buffer[]): boolean {
    if (chunks.length > 0) this.#asked = false
    this.#write.add(chunks)
    if (!this.#write.step()) return false
    // What a kernel has taken for a pipe or a Unix socket is in the reader's hands. TCP is different: if a process
    // goes with input unread, or some more comes, its kernel resets the connection, and what it has not sent is gone.
    return !this.#isTcp || this.#write.gone || this.#confirmed()
  }

  /** The neighbour asks in its turn: two that exit at once must not wait for each other. */
  answer(): void {
    this.#write.add([PONG])
  }

  /** Hands over what has come. False when nothing more can. */
  read(): boolean {
    for (let i = 0; i < READS; i++) {
      const chunk = tryRead(this.#fd)
      if (chunk === 'over') return false
      if (chunk === null) break
      this.#peer.received(chunk)
    }
    return true
  }

  /** A pong tells that everything before the ping was read. */
  #confirmed(): boolean {
    if (!this.#asked) {
      this.#asked = true
      this.#peer.asked()
      this.#write.add([PING])
    }
    if (!this.#peer.answered() && !this.read()) return true
    // An answer to the other side's ping may wait now.
    return this.#write.step() && (this.#write.gone || this.#peer.answered())
  }
}
