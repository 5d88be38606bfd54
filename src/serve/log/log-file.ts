// Where lines go: a file that can be opened anew under the same name, or a descriptor this process was given.

import fs from 'node:fs'

export interface Sink {
  /** Whole lines. Never throws: a full disk must not end a server. */
  write(lines: Buffer | string): void
  /** @throws the error of the file system; the sink then goes on with what it had */
  reopen(): void
  close(): void
}

/** Appends to a file. */
export class LogFile implements Sink {
  readonly #path: string
  #fd: number

  /** @throws the error of the file system */
  constructor(path: string) {
    this.#path = path
    this.#fd = fs.openSync(path, 'a')
  }

  /** Closed, its number may be another file's. */
  write(lines: Buffer | string): void {
    if (this.#fd >= 0) writeAll(this.#fd, lines)
  }

  /** The old one is closed only when the new one is open. */
  reopen(): void {
    const before = fs.fstatSync(this.#fd)
    const present = fs.statSync(this.#path, { throwIfNoEntry: false })
    if (present?.ino === before.ino && present.dev === before.dev) return
    const fd = fs.openSync(this.#path, 'a', before.mode & 0o777)
    keepAccess(fd, before)
    fs.closeSync(this.#fd)
    this.#fd = fd
  }

  close(): void {
    if (this.#fd >= 0) fs.closeSync(this.#fd)
    this.#fd = -1
  }
}

/** Standard output or standard error of this process. */
export class Descriptor implements Sink {
  readonly #fd: 1 | 2

  constructor(fd: 1 | 2) {
    this.#fd = fd
  }

  write(lines: Buffer | string): void {
    writeAll(this.#fd, lines)
  }

  reopen(): void {}

  close(): void {}
}

/** Milliseconds that one write waits for a reader who does not read: the log is not worth more. */
const MAX_WAITS = 1000

function writeAll(fd: number, lines: Buffer | string): void {
  let rest = typeof lines === 'string' ? Buffer.from(lines) : lines
  for (let waits = 0; rest.length > 0 && waits < MAX_WAITS; waits++) {
    try {
      rest = rest.subarray(fs.writeSync(fd, rest))
      waits = 0
    } catch (error) {
      // A pipe that is full takes it in a moment; anything else will not get better by waiting.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

function keepAccess(fd: number, { uid, gid, mode }: fs.Stats): void {
  try {
    // The umask has taken something away.
    fs.fchmodSync(fd, mode & 0o777)
    fs.fchownSync(fd, uid, gid)
  } catch {
    // Only root may give it to somebody, and for everybody else it is theirs anyway.
  }
}
