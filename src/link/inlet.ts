// Where the bytes of a socket go when they are read: into the frame they belong to where that is a large one, which
// saves a copy of them, else into memory that is used up piece by piece. Owns that memory and writes into none twice.
// https://nodejs.org/api/net.html#new-netsocketoptions, `onread`

import type { OnReadOpts, Socket, SocketConstructorOpts } from 'node:net'
import { netModule } from '../builtin-modules.js'

/** What a read takes at most, as with Node's own memory. */
const SLAB_BYTES = 65_536

/** With less room left a read would be a small one. */
const MIN_ROOM = 16_384

/** Who gets the bytes. */
export interface InletOwner {
  /** The rest of a large frame that has begun; null where no such frame is on its way. */
  space(): Buffer | null
  /** So many bytes of the last `space()` are there now. */
  filled(bytes: number): void
  received(chunk: Buffer): void
}

export class Inlet implements OnReadOpts {
  #owner: InletOwner | null = null
  #slab = Buffer.alloc(0)
  #used = 0
  #direct: Buffer | null = null

  /** Before the first bytes, which never come in the tick that makes the socket. */
  setOwner(owner: InletOwner): void {
    this.#owner = owner
  }

  /** Asked by Node where the next bytes should go. */
  readonly buffer = (): Buffer => {
    this.#direct = this.#owner?.space() ?? null
    if (this.#direct !== null) return this.#direct
    if (this.#slab.length - this.#used < MIN_ROOM) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
      this.#used = 0
    }
    return this.#slab.subarray(this.#used)
  }

  readonly callback = (bytes: number): boolean => {
    if (this.#direct !== null) this.#owner?.filled(bytes)
    else {
      const start = this.#used
      this.#used += bytes
      this.#owner?.received(this.#slab.subarray(start, this.#used))
    }
    return true
  }
}

/** A socket for a descriptor, which reads by the inlet. */
export function openDescriptor(fd: number, inlet: Inlet): Socket {
  // Documented for sockets of any kind, and missing in the types of Node 20.
  const options: SocketConstructorOpts & { onread: OnReadOpts } = { fd, readable: true, writable: true, onread: inlet }
  return new (netModule().Socket)(options)
}
