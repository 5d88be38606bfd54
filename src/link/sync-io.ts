// One attempt to write to or read from a non-blocking descriptor, past libuv: for the two moments in which the
// event loop cannot do it, an `exit` handler and a socket that Node is about to close with bytes still in it.

import { readSync, writeSync } from 'node:fs'

const READ_BYTES = 65_536

/** Bytes taken, 0 when there is no room at the moment, -1 when the other end is gone. */
export function tryWrite(fd: number, chunk: Buffer, from: number): number {
  try {
    return writeSync(fd, chunk, from)
  } catch (error) {
    return isBusy(error) ? 0 : -1
  }
}

/** What is there at the moment, null when there is nothing, 'over' at the end of the stream or when it is broken. */
export function tryRead(fd: number): Buffer | null | 'over' {
  try {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES)
    const bytes = readSync(fd, buffer)
    return bytes === 0 ? 'over' : buffer.subarray(0, bytes)
  } catch (error) {
    return isBusy(error) ? null : 'over'
  }
}

function isBusy(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'EAGAIN' || code === 'EWOULDBLOCK' || code === 'ENOBUFS' || code === 'EINTR'
}
