// The facts about a socket that Node has no public name for. Everything that touches `_handle` is here.

import type { Socket } from 'node:net'

interface NativeHandle {
  /** The file descriptor on POSIX, -1 elsewhere or when closed. */
  readonly fd?: number
  /** Bytes given to libuv that the kernel has not taken. */
  readonly writeQueueSize?: number
  /** Of TLS: the handle below it. */
  readonly _parent?: NativeHandle
}

function handleOf(socket: Socket): NativeHandle | undefined {
  return (socket as unknown as { _handle?: NativeHandle | null })._handle ?? undefined
}

/**
 * Bytes written to the socket that the kernel has not taken yet: exact for a plain socket, where it says from which
 * byte on to continue. With TLS these are encrypted bytes, which show only that something moves.
 */
export function unwrittenBytes(socket: Socket): number {
  if (socket.writableLength === 0) return 0
  const handle = handleOf(socket)
  const plain = 'encrypted' in socket ? handle?._parent : handle
  return plain?.writeQueueSize ?? socket.writableLength
}

/** The descriptor behind a plain socket, or null where bytes cannot be written to it directly. */
export function descriptorOf(socket: Socket): number | null {
  if (process.platform === 'win32' || 'encrypted' in socket) return null
  const fd = handleOf(socket)?.fd
  return fd === undefined || fd < 0 ? null : fd
}
