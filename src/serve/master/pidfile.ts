// The file with the master's pid: made in one step, never that of another master that lives, removed only if it is ours.

import fs from 'node:fs'
import path from 'node:path'
import { IpemError } from '../../index.js'

/** What an old master's file is called while a new one is on its way; unicorn's name. */
const OLD = '.oldbin'

export class Pidfile {
  readonly #file: string
  readonly #pid: number
  #retired = false

  /**
   * @throws ERR_IPEM_RUNNING a process with the pid that is written there lives
   */
  constructor(file: string, pid: number = process.pid) {
    this.#file = file
    this.#pid = pid
    publish(file, pid)
  }

  get path(): string {
    return this.#file
  }

  /** Makes room for the file of a new master. */
  retire(): void {
    if (this.#retired || readPid(this.#file) !== this.#pid) return
    fs.renameSync(this.#file, this.#file + OLD)
    this.#retired = true
  }

  /** The new one has failed: this master is the only one again. */
  restore(): void {
    if (!this.#retired) return
    this.#retired = false
    const present = readPid(this.#file)
    if (present !== undefined && isAlive(present)) {
      // Somebody else has started meanwhile; that one's file is not ours to take.
      if (readPid(this.#file + OLD) === this.#pid) fs.rmSync(this.#file + OLD, { force: true })
      return
    }
    if (readPid(this.#file + OLD) === this.#pid) fs.renameSync(this.#file + OLD, this.#file)
    else publish(this.#file, this.#pid)
  }

  remove(): void {
    for (const file of [this.#file, this.#file + OLD]) {
      if (readPid(file) === this.#pid) fs.rmSync(file, { force: true })
    }
  }
}

/**
 * Gives a whole file its name by link(2), which fails where something has that name: of two masters that start at once
 * one wins, and nobody reads half a pid.
 */
function publish(file: string, pid: number): void {
  const own = path.join(path.dirname(file), `.${path.basename(file)}.${pid}`)
  fs.writeFileSync(own, `${pid}\n`, { mode: 0o644 })
  try {
    for (let attempt = 0; attempt < 10; attempt++) {
      try {
        fs.linkSync(own, file)
        return
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const present = readPid(file)
      if (present !== undefined && present !== pid && isAlive(present)) throw running(file, present)
      fs.rmSync(file, { force: true })
    }
    throw running(file, undefined)
  } finally {
    fs.rmSync(own, { force: true })
  }
}

function running(file: string, pid: number | undefined): IpemError {
  const text = `Already running with pid ${pid}, or ${file} is left over from a process that had this pid`
  return new IpemError('ERR_IPEM_RUNNING', text, { path: file, pid })
}

export function readPid(file: string): number | undefined {
  try {
    const text = fs.readFileSync(file, 'utf8').trim()
    return /^[1-9]\d*$/.test(text) ? Number(text) : undefined
  } catch {
    return undefined
  }
}

/** Another user's process is one that runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
