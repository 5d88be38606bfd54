// All children of this process, in the order they were started. It starts, finds and stops them.
// Each one's own way through restarts is in lifecycle.ts; links belong to the owner, who tells how they fare.

import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { IpemError } from '../errors.js'
import type { Child } from './child.js'
import { startError } from './child-errors.js'
import type { ChildOffline } from './child-exit.js'
import type { ChildSpec } from './child-spec.js'
import { type Clock, systemClock } from './clock.js'
import { Lifecycle, type LifecycleShared } from './lifecycle.js'
import { RestartPacers } from './restart-timer.js'

/** What the supervisor tells its owner. These MUST NOT throw. */
export interface SupervisorHooks {
  /** A process was started, the first one before `start()` returns. `socket` is this end of its link, unread so far. */
  onSpawn(child: Child, process: ChildProcess, socket: Socket): void
  /** A process ended. What it sent before may still be unread on its link. */
  onExit(child: Child, code: number | null, signal: NodeJS.Signals | null): void
  /** A process that was marked offline; now its exit is known, or it lives on. */
  onOffline(child: Child, pid: string, info: ChildOffline): void
  /** ERR_IPEM_SPAWN. @param retry it will be tried again by itself; else the child stays down */
  onSpawnError(child: Child, error: IpemError, retry: boolean): void
  /** ERR_IPEM_GAVE_UP */
  onGaveUp(child: Child, error: IpemError): void
  /** The number of children changed. A child that waits for its restart counts. */
  onSize(size: number): void
}

export interface SupervisorOptions {
  readonly clock?: Clock
  /** From 0 up to, not including, 1. */
  readonly random?: () => number
}

export class Supervisor {
  readonly #hooks: SupervisorHooks
  readonly #shared: LifecycleShared
  /** The present children, first started first. */
  readonly #present = new Map<Child, Lifecycle>()
  /** Past ones too: their links may still close. */
  readonly #known = new WeakMap<Child, Lifecycle>()
  #stopping: Promise<void> | null = null
  #referenced = true
  #closed = false

  constructor(hooks: SupervisorHooks, { clock = systemClock, random = Math.random }: SupervisorOptions = {}) {
    this.#hooks = hooks
    this.#shared = { clock, random, pacers: new RestartPacers() }
  }

  /** Children that run or wait for their restart. */
  get size(): number {
    return this.#present.size
  }

  /** The same children, first started first. */
  get children(): Child[] {
    return [...this.#present.keys()]
  }

  /** The child whose present process has this OS pid. */
  find(osPid: number): Child | undefined {
    for (const child of this.#present.keys()) if (child.osPid === osPid) return child
    return undefined
  }

  /**
   * Start a child and keep it up as `spec.restart` says.
   *
   * A process that cannot be started for lack of a file is told later, by `onSpawnError`.
   *
   * @throws ERR_IPEM_CLOSED after `close()`
   * @throws ERR_IPEM_ABORTED if `spec.signal` is aborted already
   * @throws ERR_IPEM_INVALID_ARG what Node does not take as an argument
   * @throws ERR_IPEM_SPAWN where Node refuses at once
   */
  start(spec: ChildSpec): Child {
    if (this.#closed) throw new IpemError('ERR_IPEM_CLOSED', 'close() was called, no child can be started any more')
    const lifecycle: Lifecycle = new Lifecycle(spec, this.#shared, {
      onSpawn: (process, socket) => this.#hooks.onSpawn(lifecycle.child, process, socket),
      onExit: ({ code, signal }) => this.#hooks.onExit(lifecycle.child, code, signal),
      onOffline: (pid, info) => this.#hooks.onOffline(lifecycle.child, pid, info),
      onSpawnError: (error, retry) => this.#hooks.onSpawnError(lifecycle.child, error, retry),
      onGaveUp: (error) => this.#hooks.onGaveUp(lifecycle.child, error),
      onEnded: () => {
        if (this.#present.delete(lifecycle.child)) this.#hooks.onSize(this.size)
      },
    })
    const { child } = lifecycle
    this.#present.set(child, lifecycle)
    this.#known.set(child, lifecycle)
    try {
      lifecycle.begin()
    } catch (error) {
      this.#present.delete(child)
      throw startError(error)
    }
    if (!this.#referenced) lifecycle.setRef(false)
    this.#hooks.onSize(this.size)
    return child
  }

  /** The link to this process of the child is up: it is `pid`. */
  markOnline(child: Child, process: ChildProcess, pid: string): void {
    this.#known.get(child)?.markOnline(process, pid)
  }

  /** That link is gone. Only what was marked online is reported. */
  markOffline(child: Child, process: ChildProcess, reason: string): void {
    this.#known.get(child)?.markOffline(process, reason)
  }

  /**
   * Stop all children, the last started first, each only after the one before has ended: SIGTERM, grace, SIGKILL.
   * From the call on none is restarted.
   *
   * @param deadlineMs after this all that are left get SIGKILL at once. Whoever is itself under a grace must set it
   *   to less than that, so that a tree always goes down from below.
   * @returns resolves when there are none left
   */
  async stopAll(deadlineMs?: number): Promise<void> {
    for (const lifecycle of [...this.#present.values()]) lifecycle.retire()
    this.#stopping ??= this.#stopInOrder().finally(() => {
      this.#stopping = null
    })
    if (deadlineMs === undefined) return this.#stopping
    const { clock } = this.#shared
    const timer = clock.setTimeout(() => this.killAll(), deadlineMs)
    return this.#stopping.finally(() => clock.clearTimeout(timer))
  }

  /** SIGKILL to all children, now. None is restarted. */
  killAll(): void {
    for (const lifecycle of [...this.#present.values()]) lifecycle.kill()
  }

  /** Stop all children in order; none can be started any more. */
  close(): Promise<void> {
    this.#closed = true
    return this.stopAll()
  }

  /** Children and pending restarts keep this process alive: the default. */
  ref(): void {
    this.#setRef(true)
  }

  /** They no longer do. The sockets given to `onSpawn` are the owner's to unref. */
  unref(): void {
    this.#setRef(false)
  }

  #setRef(ref: boolean): void {
    this.#referenced = ref
    for (const lifecycle of this.#present.values()) lifecycle.setRef(ref)
  }

  async #stopInOrder(): Promise<void> {
    // Asked for anew each time, as listeners may start or stop others meanwhile.
    for (let last = this.#last(); last; last = this.#last()) await last.stop()
  }

  #last(): Lifecycle | undefined {
    return [...this.#present.values()].at(-1)
  }
}
