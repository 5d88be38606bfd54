// The child a user holds. It shows and forwards; what happens to it is in lifecycle.ts.

import type { ChildProcess } from 'node:child_process'
import type { Worker } from 'node:cluster'
import { EventEmitter } from 'eventemitter3'
import type { ChildExit, ChildOffline } from './child-exit.js'
import type { ProcessRun } from './process-run.js'

export type { ChildExit, ChildOffline }

export interface ChildEvents {
  /** A process of this child is in the tree. */
  online: [pid: string]
  /**
   * It has left the tree. Comes after `exit`, so that code and signal are known; they are null when the process
   * lives on, because it closed its ipem.
   */
  offline: [pid: string, info: ChildOffline]
  /** A process of this child ended. It may be restarted. */
  exit: [code: number | null, signal: NodeJS.Signals | null]
  /** Its event loop has stood still for `hangTimeout`, so its present process was killed: `exit` follows. */
  hang: []
}

/** What {@link Child} shows. @internal */
export interface ChildControl {
  /** The present process, or the last one. */
  readonly run: ProcessRun
  readonly restarts: number
  readonly online: Promise<string>
  stop(): Promise<ChildExit>
}

/**
 * A child process, made by `fork()` or `worker()`. It lives through restarts: what it shows is always the present
 * process.
 */
export class Child extends EventEmitter<ChildEvents> {
  readonly #control: ChildControl

  /** @internal */
  constructor(control: ChildControl) {
    super()
    this.#control = control
  }

  /** The ipem pid of the present process; null while there is none, or before it is online. */
  get pid(): string | null {
    return this.connected ? this.#control.run.pid : null
  }

  /** The OS pid of the present process; undefined while there is none. */
  get osPid(): number | undefined {
    const { alive, process } = this.#control.run
    return alive ? process.pid : undefined
  }

  /** How often it was restarted so far. */
  get restarts(): number {
    return this.#control.restarts
  }

  /** True while the present process is in the tree. */
  get connected(): boolean {
    return this.#control.run.connected
  }

  /**
   * Resolves with the ipem pid as soon as the present process is online. After it has ended there is a new promise,
   * for the next one. Nobody has to handle it.
   *
   * It rejects when the child is not going to be online any more: stopped, not restarted, given up, not startable.
   * The error's `exitCode`, `signal` and `cause` say what happened to its last process.
   *
   * A process that never starts ipem leaves it pending.
   *
   * @throws ERR_IPEM_CHILD_EXITED
   */
  get online(): Promise<string> {
    return this.#control.online
  }

  /** The present process, or the last one. A restart replaces it. */
  get process(): ChildProcess {
    return this.#control.run.process
  }

  /** The present or last cluster worker, where `worker()` made this child. */
  get worker(): Worker | undefined {
    return this.#control.run.worker
  }

  /**
   * End it for good: SIGTERM, after the `stopTimeout` SIGKILL. It is not restarted, not even if a restart was pending.
   *
   * May be called again and at any time. Resolves when the process has ended, with the way it did.
   */
  stop(): Promise<ChildExit> {
    return this.#control.stop()
  }
}
