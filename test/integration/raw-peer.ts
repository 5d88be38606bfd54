// A connection to a listening ipem of which every byte is the test's.

import { once } from 'node:events'
import net from 'node:net'
import type { SocketOptions } from '../../src/index.js'
import { encodeFrame, FRAME_HEAD, FrameKind, FrameReader } from '../../src/wire/frame.js'
import { decodeRefuse, encodeHello, type HandshakeRole, type PeerInfo } from '../../src/wire/handshake.js'
import { DialerHandshake } from '../../src/wire/handshake-machine.js'
import { encodeHeader, headerFrameBody, type WireHeader } from '../../src/wire/headers.js'
import { COOKIE, until } from './puppets.js'

/** What somebody says of himself who is nobody. */
export function stranger(
  name: string,
  pid = `${process.pid}-${Math.random().toString(36).slice(2, 12).padEnd(10, '0')}`,
): PeerInfo {
  return { pid, name, osPid: process.pid, host: 'somewhere', title: 'stranger', member: 'socket' }
}

export class RawPeer {
  readonly socket: net.Socket
  readonly frames: { kind: number; body: Buffer }[] = []
  closed = false

  private constructor(socket: net.Socket) {
    this.socket = socket
    const reader = new FrameReader(2 ** 26, (kind, bytes, start, end) => {
      this.frames.push({ kind, body: Buffer.from(bytes.subarray(start, end)) })
    })
    socket.on('data', (chunk) => reader.push(chunk))
    socket.on('error', () => {})
    socket.on('close', () => {
      this.closed = true
    })
  }

  static async connect({ socketPath, port }: SocketOptions): Promise<RawPeer> {
    const socket = socketPath ? net.connect(socketPath) : net.connect(port as number, '127.0.0.1')
    await once(socket, 'connect')
    return new RawPeer(socket)
  }

  /** Past the handshake, as a process that knows the cookie: the welcome has come. */
  static async member(socket: SocketOptions, self: PeerInfo): Promise<RawPeer> {
    const peer = await RawPeer.connect(socket)
    const handshake = new DialerHandshake({ self, cookie: Buffer.from(COOKIE) })
    peer.write(handshake.start())
    const step = handshake.onFrame(FrameKind.hello, await peer.next(FrameKind.hello))
    if (step.send === undefined) throw step.refuse ?? step.refused
    peer.write(step.send)
    return peer
  }

  write(bytes: Buffer | string): void {
    if (!this.socket.destroyed) this.socket.write(bytes)
  }

  send(kind: FrameKind, body: Uint8Array = Buffer.alloc(0)): void {
    this.write(encodeFrame(kind, body))
  }

  hello(self: PeerInfo, role: HandshakeRole, secrets: { nonce?: Buffer; proof?: Buffer }): void {
    this.send(FrameKind.hello, encodeHello({ ...self, role, ...secrets }))
  }

  /** An event by a header of any content; the payload is `[]`. */
  event(id: number, header: Partial<WireHeader> & Pick<WireHeader, 'pids'>): void {
    const whole = { type: 7, event: 'ev', to: null, route: null, ...header } as WireHeader
    this.send(FrameKind.header, headerFrameBody(id, encodeHeader(whole)))
    this.send(FrameKind.event, Buffer.from([id, 0, 0, 0x90]))
  }

  /** The body of the next frame of this kind. */
  async next(kind: FrameKind): Promise<Buffer> {
    let index = -1
    await until(`a frame of kind ${kind}`, () => {
      index = this.frames.findIndex((frame) => frame.kind === kind)
      return index >= 0 || this.closed
    })
    const [frame] = index < 0 ? [] : this.frames.splice(index, 1)
    if (frame === undefined) throw new Error(`Closed before a frame of kind ${kind} came`)
    return frame.body
  }

  /** Waits for the end, and answers the code with which it was refused, if it was. */
  async refusal(): Promise<string | undefined> {
    await until('the end of the connection', () => this.closed)
    const refuse = this.frames.find(({ kind }) => kind === FrameKind.refuse)
    return refuse && decodeRefuse(refuse.body).code
  }
}

/** The head of a frame that announces so many bytes. */
export function headOf(length: number, kind: number): Buffer {
  const head = Buffer.alloc(FRAME_HEAD)
  head.writeUInt32LE(length)
  head[4] = kind
  return head
}
