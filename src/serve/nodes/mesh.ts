// One raw stream to each other node: who joins later dials those who were there before, so each pair meets once. The
// master knows who is there; addresses and tokens go over the bus, the streams themselves go directly.

import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import net, { type Socket } from 'node:net'
import path from 'node:path'
import type { default as ipem } from '../../index.js'
import { TOKEN_BYTES, Tokens, WELCOME } from './token.js'

type Bus = typeof ipem

/** A process that takes part. */
export interface Peer {
  /** `master` or `child-N`. */
  readonly id: string
  /** In the tree. */
  readonly pid: string
}

/** A raw stream to another node. */
export type NodeStream = Socket & {
  /** Of the node at the other end. */
  readonly id: string
}

/** A node asks another one for a token, by its id. Answers with the token in hexadecimal. */
export const TOKEN = 'ipem-serve.token'

/** Until a dial that failed is tried again, while the other one is still there. */
const AGAIN_MS = 200

/** What an unknown connection may take to say who it is. */
const HELLO_MS = 5000

export interface MeshOptions {
  readonly bus: Bus
  readonly id: string
  /** A private folder, the same for all nodes. */
  readonly folder: string
  onStream(stream: NodeStream): void
}

export class Mesh {
  readonly #options: MeshOptions
  readonly #server: net.Server
  readonly #tokens = new Tokens()
  readonly #streams = new Map<string, NodeStream>()
  /** Who is there, as the master says, by id. */
  readonly #peers = new Map<string, Peer>()
  #closed = false

  constructor(options: MeshOptions) {
    this.#options = options
    this.#server = net.createServer((socket) => this.#onConnection(socket))
    options.bus.handle(TOKEN, (id) => {
      const token = randomBytes(TOKEN_BYTES)
      this.#tokens.add(String(id), token, performance.now())
      return token.toString('hex')
    })
  }

  /** Open streams, by the id of the node at their other end. */
  get streams(): ReadonlyMap<string, NodeStream> {
    return this.#streams
  }

  /** Can be called from now on. */
  open(): Promise<void> {
    const { folder, id } = this.#options
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      // In a worker of a cluster: by itself, and not through the primary.
      this.#server.listen({ path: path.join(folder, id), exclusive: true }, () => {
        this.#server.off('error', reject)
        // Descriptors may run out for a moment: who could not come in dials again.
        this.#server.on('error', () => {})
        resolve()
      })
    })
  }

  /** Dials one who was there before. */
  dial(peer: Peer): void {
    this.#peers.set(peer.id, peer)
    void this.#dial(peer)
  }

  /** It is gone: no more calls. Its stream closes by itself. */
  forget(id: string): void {
    this.#peers.delete(id)
  }

  close(): void {
    this.#closed = true
    this.#peers.clear()
    this.#options.bus.removeHandler(TOKEN)
    this.#server.close()
    for (const stream of this.#streams.values()) stream.destroy()
    fs.rmSync(path.join(this.#options.folder, this.#options.id), { force: true })
  }

  async #dial(peer: Peer): Promise<void> {
    // What a listener of the stream throws is not a failure of the dial.
    const socket = await this.#reach(peer).catch(() => null)
    if (socket !== null) this.#add(peer.id, socket)
    else if (this.#peers.get(peer.id) === peer) {
      setTimeout(() => {
        if (this.#peers.get(peer.id) === peer && !this.#streams.has(peer.id)) void this.#dial(peer)
      }, AGAIN_MS)
    }
  }

  async #reach(peer: Peer): Promise<Socket> {
    const { bus, id, folder } = this.#options
    const token = await bus.request<string>(peer.pid, TOKEN, id, { timeout: HELLO_MS })
    const socket = net.connect(path.join(folder, peer.id))
    await helloOver(socket, Buffer.from(token, 'hex'))
    return socket
  }

  #onConnection(socket: Socket): void {
    const late = setTimeout(() => socket.destroy(), HELLO_MS)
    socket.on('error', () => {})
    const onReadable = (): void => {
      const token = socket.read(TOKEN_BYTES) as Buffer | null
      if (token === null) return
      socket.off('readable', onReadable)
      clearTimeout(late)
      const id = this.#tokens.take(token, performance.now())
      if (id === null) socket.destroy()
      else socket.write(Buffer.of(WELCOME), () => this.#add(id, socket))
    }
    socket.on('readable', onReadable)
    socket.once('close', () => clearTimeout(late))
  }

  #add(id: string, socket: Socket): void {
    if (this.#closed || socket.destroyed) {
      socket.destroy()
      return
    }
    // A dial that was given up on the other side has been tried again: only that one counts there.
    this.#streams.get(id)?.destroy()
    const stream = Object.assign(socket, { id })
    this.#streams.set(id, stream)
    socket.once('close', () => {
      if (this.#streams.get(id) === stream) this.#streams.delete(id)
    })
    this.#options.onStream(stream)
  }
}

/** Resolves when the other side has let it in; what comes after its answer is not read. */
function helloOver(socket: Socket, token: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => socket.destroy(new Error('No answer')), HELLO_MS)
    // It closes then, too: one that is killed must not end those who have no listener for its errors.
    socket.on('error', reject)
    const onClose = (): void => {
      clearTimeout(late)
      reject(new Error('Not let in'))
    }
    socket.once('close', onClose)
    socket.once('connect', () => socket.write(token))
    const onReadable = (): void => {
      const answer = socket.read(1) as Buffer | null
      if (answer === null) return
      clearTimeout(late)
      socket.off('readable', onReadable)
      socket.off('close', onClose)
      if (answer[0] === WELCOME) resolve()
      else socket.destroy(new Error('Another protocol'))
    }
    socket.on('readable', onReadable)
  })
}
