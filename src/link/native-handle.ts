// What Node has no public name for: two facts about a socket, and the moment before it is destroyed.
// Everything that touches `_handle` or `_destroy` is here.

import type { Socket } from 'node:net'

interface NativeHandle {
  /** The file descriptor on POSIX, -1 elsewhere or when closed. */
  readonly fd?: number
  /** Bytes given to libuv that the kernel has not taken. */
  readonly writeQueueSize?: number
}

function handleOf(socket: Socket): NativeHandle | undefined {
  return (socket as unknown as { _handle?: NativeHandle | null })._handle ?? undefined
}

/** Bytes written to the socket that the kernel has not taken yet. */
export function unwrittenBytes(socket: Socket): number {
  if (socket.writableLength === 0) return 0
  // A TLS socket holds plain text above the handle, so only the stream's own count is right.
  if ('encrypted' in socket) return socket.writableLength
  return handleOf(socket)?.writeQueueSize ?? socket.writableLength
}

/** The descriptor behind a plain socket, or null where bytes cannot be written to it directly. */
export function descriptorOf(socket: Socket): number | null {
  if (process.platform === 'win32' || 'encrypted' in socket) return null
  const fd = handleOf(socket)?.fd
  return fd === undefined || fd < 0 ? null : fd
}

/**
 * Calls back when a write has failed because the other end is gone, while the descriptor is still open. net.Socket
 * destroys itself right after that, and what the other end wrote before it went and nobody has read is lost with it.
 * https://github.com/nodejs/node/blob/v20.x/lib/internal/streams/destroy.js (errorOrDestroy)
 */
export function onBrokenWrite(socket: Socket, callback: () => void): void {
  const { _destroy } = socket
  socket._destroy = (error: NodeJS.ErrnoException | null, done) => {
    if (error?.syscall?.startsWith('write') === true && GONE.has(error.code)) callback()
    _destroy.call(socket, error, done)
  }
}

const GONE: ReadonlySet<string | undefined> = new Set(['EPIPE', 'ECONNRESET'])
