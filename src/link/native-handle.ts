// The two facts about a socket that Node has no public name for. Everything that touches `_handle` is here.

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
