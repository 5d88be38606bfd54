// One process of a child, from spawn to exit: what is known of it, and how it is ended. A restart makes a new one.

import type { ChildProcess } from 'node:child_process'
import type { Worker } from 'node:cluster'
import type { Socket } from 'node:net'
import type { ChildExit } from './child-exit.js'
import type { Spawned } from './child-spec.js'
import type { Clock, ClockTimer } from './clock.js'

export interface ProcessRunHandlers {
  /** It has ended. Once; not after `onStartError`. */
  onExit(run: ProcessRun, exit: ChildExit): void
  /** It never started. Never before the constructor has returned. */
  onStartError(run: ProcessRun, error: NodeJS.ErrnoException): void
  /** It is time to report the loss of its link. */
  onOffline(run: ProcessRun, reason: string): void
}

/**
 * A dying process closes its link before its exit is known, on a busy machine well before. The loss is reported after that, with
 * code and signal; a process that only closed its ipem and lives on must not hold the report for longer.
 */
const OFFLINE_WAIT_MS = 1000

export class ProcessRun {
  readonly process: ChildProcess
  readonly worker: Worker | undefined
  /** Null where the process did not start. */
  readonly socket: Socket | null
  readonly #spawned: Spawned
  readonly #clock: Clock
  readonly #handlers: ProcessRunHandlers
  readonly #startedAt: number
  #pid: string | null = null
  #exit: ChildExit | null = null
  #onlineAt: number | null = null
  #onlineMs: number | null = null
  #offlineReason: string | null = null
  #offlineTimer: ClockTimer | null = null
  #killTimer: ClockTimer | null = null

  constructor(spawned: Spawned, clock: Clock, handlers: ProcessRunHandlers) {
    this.#spawned = spawned
    this.#clock = clock
    this.#handlers = handlers
    this.#startedAt = clock.now()
    this.process = spawned.process
    this.worker = spawned.worker
    // Without a pid there comes `error` and no `exit`; with one, an `error` is about a kill() or send() of the user.
    if (this.process.pid === undefined) {
      this.socket = null
      spawned.socket?.on('error', () => {}).destroy()
      this.process.once('error', (error) => handlers.onStartError(this, error))
    } else {
      this.socket = spawned.socket
      // First of all: a listener of the user's that throws (cluster calls theirs from its own) must not hide the exit.
      this.process.prependOnceListener('exit', (code, signal) => this.#onExit({ code, signal }))
    }
  }

  /** Its ipem pid, once it was online. */
  get pid(): string | null {
    return this.#pid
  }

  get exit(): ChildExit | null {
    return this.#exit
  }

  get alive(): boolean {
    return this.process.pid !== undefined && this.#exit === null
  }

  get connected(): boolean {
    return this.#pid !== null && this.#onlineMs === null
  }

  get aliveMs(): number {
    return this.#clock.now() - this.#startedAt
  }

  /** How long it was online, up to now or to its end; null if it never was. */
  get onlineMs(): number | null {
    if (this.#onlineMs !== null || this.#onlineAt === null) return this.#onlineMs
    return this.#clock.now() - this.#onlineAt
  }

  /** A cluster worker left because it, or the primary, called `disconnect()`. */
  get disconnected(): boolean {
    return this.worker?.exitedAfterDisconnect === true
  }

  /** @returns false if it was online before */
  markOnline(pid: string): boolean {
    if (this.#pid !== null) return false
    this.#pid = pid
    this.#onlineAt = this.#clock.now()
    if (this.#exit) this.#onlineMs = 0
    return true
  }

  /** Its link is gone. Reported once, and only if it was online. */
  markOffline(reason: string): void {
    if (this.#pid === null || this.#offlineReason !== null) return
    this.#onlineMs = this.onlineMs
    this.#offlineReason = reason
    if (this.#exit) this.#handlers.onOffline(this, reason)
    else this.#offlineTimer = this.#clock.setTimeout(() => this.#reportOffline(), OFFLINE_WAIT_MS)
  }

  /** SIGTERM now, SIGKILL after `graceMs`. `onRefused` is called where the system does not let us. */
  terminate(graceMs: number, onRefused: () => void): void {
    if (!this.alive || this.#killTimer) return
    this.signal('SIGTERM')
    this.#killTimer = this.#clock.setTimeout(() => {
      if (!this.signal('SIGKILL')) onRefused()
    }, graceMs)
  }

  /** @returns false if the signal could not be sent */
  signal(signal: NodeJS.Signals): boolean {
    // Asked to kill a child that did not start, Node 20 to 26 signal pid 0: our own process group.
    if (!this.alive) return false
    try {
      return this.process.kill(signal)
    } catch {
      // EPERM, an `error` event without a listener: it runs as another user.
      return false
    }
  }

  scriptError(): NodeJS.ErrnoException | undefined {
    return this.#spawned.scriptError?.()
  }

  setRef(ref: boolean): void {
    const verb = ref ? 'ref' : 'unref'
    this.process[verb]()
    this.process.channel?.[verb]()
  }

  #onExit(exit: ChildExit): void {
    this.#onlineMs = this.onlineMs
    this.#exit = exit
    if (this.#killTimer) this.#clock.clearTimeout(this.#killTimer)
    this.#handlers.onExit(this, exit)
    if (this.#offlineTimer) this.#reportOffline()
  }

  #reportOffline(): void {
    if (this.#offlineTimer) this.#clock.clearTimeout(this.#offlineTimer)
    this.#offlineTimer = null
    this.#handlers.onOffline(this, this.#offlineReason ?? '')
  }
}
