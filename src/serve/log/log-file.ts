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

  write(lines: Buffer | string): void {
    writeAll(this.#fd, lines)
  }

  /** The old one is closed only when the new one is open. */
  reopen(): void {
    const before = fs.fstatSync(this.#fd)
    const present = fs.statSync(this.#path, { throwIfNoEntry: false })
    if (present?.ino === before.ino && present.dev === before.dev) return
    const fd = fs.openSync(this.#path, 'a', before.mode & 0o777)
    keepOwner(fd, before)
    fs.closeSync(this.#fd)
    this.#fd = fd
  }

  close(): void {
    fs.closeSync(this.#fd)
  }
}

/** Standard output or standard error of this process, or nothing at all. */
export class Descriptor implements Sink {
  readonly #fd: number | null

  constructor(fd: 1 | 2 | null) {
    this.#fd = fd
  }

  write(lines: Buffer | string): void {
    if (this.#fd !== null) writeAll(this.#fd, lines)
  }

  reopen(): void {}

  close(): void {}
}

function writeAll(fd: number, lines: Buffer | string): void {
  let rest = typeof lines === 'string' ? Buffer.from(lines) : lines
  while (rest.length > 0) {
    try {
      rest = rest.subarray(fs.writeSync(fd, rest))
    } catch (error) {
      // A pipe that is full takes it in a moment; anything else will not get better by waiting.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

function keepOwner(fd: number, { uid, gid }: fs.Stats): void {
  try {
    fs.fchownSync(fd, uid, gid)
  } catch {
    // Only root may, and for everybody else it is theirs anyway.
  }
}
