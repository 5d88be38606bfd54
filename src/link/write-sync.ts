// Writing and reading on in an `exit` handler, when the event loop is over: blocking, bounded by a deadline.

import { readSync, writeSync } from 'node:fs'

const sleeper = new Int32Array(new SharedArrayBuffer(4))

/**
 * Writes chunks to a non-blocking descriptor, skipping the first `offset` bytes that are out already.
 * Returns the number of bytes written in all, `offset` included; less than all when the deadline
 * passed or the other end is gone.
 */
export function writeChunksSync(fd: number, chunks: readonly Buffer[], offset: number, deadlineMs: number): number {
  const deadline = performance.now() + deadlineMs
  let written = offset
  let position = 0
  for (const chunk of chunks) {
    const end = position + chunk.length
    while (written < end) {
      const taken = tryWrite(fd, chunk, written - position)
      if (taken < 0 || (taken === 0 && performance.now() > deadline)) return written
      // The reader is slower than we are; a millisecond lets it run.
      if (taken === 0) Atomics.wait(sleeper, 0, 0, 1)
      written += taken
    }
    position = end
  }
  return written
}

/** Bytes taken, 0 when the kernel's buffer is full, -1 when the other end is gone. */
function tryWrite(fd: number, chunk: Buffer, from: number): number {
  try {
    return writeSync(fd, chunk, from)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? 0 : -1
  }
}

const READ_BYTES = 65_536

/**
 * Reads from a non-blocking descriptor, each chunk in memory of its own, until `enough` says so after one of them.
 * Returns at the end of the input too, and when the deadline has passed.
 */
export function readChunksSync(
  fd: number,
  deadlineMs: number,
  take: (chunk: Buffer) => void,
  enough: () => boolean,
): void {
  const deadline = performance.now() + deadlineMs
  while (!enough()) {
    const chunk = Buffer.allocUnsafe(READ_BYTES)
    const taken = tryRead(fd, chunk)
    if (taken < 0 || (taken === 0 && performance.now() >= deadline)) return
    if (taken === 0) Atomics.wait(sleeper, 0, 0, 1)
    else take(chunk.subarray(0, taken))
  }
}

/** Bytes read, 0 when there are none at the moment, -1 when there will be none any more. */
function tryRead(fd: number, into: Buffer): number {
  try {
    return readSync(fd, into) || -1
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? 0 : -1
  }
}
