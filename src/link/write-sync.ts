// Writing on in an `exit` handler, when the event loop is over: blocking, bounded by a deadline.

import { writeSync } from 'node:fs'

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
