// The children of this process: forks them, gives each present process a link, and takes in those that others forked.

import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Attachment } from '../bus/attachment.js'
import type { Neighbour } from '../bus/neighbour.js'
import type { Link, LinkCloseReason } from '../link/link.js'
import { type IpcChannel, ProcessLink } from '../link/process-link.js'
import { StreamLink } from '../link/stream-link.js'
import {
  type ForkOptions,
  normalizeForkOptions,
  normalizeWorkerOptions,
  type ResolvedRestartOptions,
  type WorkerOptions,
} from '../options.js'
import type { Child } from '../supervise/child.js'
import type { ChildSpec, Spawned } from '../supervise/child-spec.js'
import { spawnFork } from '../supervise/spawn-fork.js'
import { spawnWorker } from '../supervise/spawn-worker.js'
import { Supervisor } from '../supervise/supervisor.js'
import type { Runtime } from './runtime.js'
import { wordFor } from './runtime-types.js'

/** Silent rounds within `hangTimeout` after which a child counts as hung. */
const HANG_ROUNDS = 3

/** On a child process with a link to an ipem in this process, which may be another one or another copy of the package. */
const LINKED = Symbol.for('ipem.linked')

/** A child that cannot come in yet, because the way up is not known. */
interface Waiting {
  readonly process: ChildProcess
  readonly link: Link
  attach(): void
}

interface Present {
  readonly child: Child
  readonly process: ChildProcess
}

export class Children {
  readonly supervisor: Supervisor
  readonly #runtime: Runtime
  readonly #forked = new Map<Neighbour, Present>()
  readonly #attachments = new WeakMap<Neighbour, Attachment>()
  /** How often each has to show that its event loop turns; 0: never. */
  readonly #beats = new WeakMap<ChildProcess, number>()
  /** By OS pid, as `sendToChild` takes it. */
  readonly #adopted = new Map<number, { neighbour: Neighbour; process: ChildProcess }>()
  #forking = false
  #adopting = false

  constructor(runtime: Runtime, onSize: (size: number) => void) {
    this.#runtime = runtime
    this.supervisor = new Supervisor({
      onSpawn: (child, process, socket) =>
        this.#onSpawn({ child, process }, new StreamLink(socket, 'pipe', runtime.linkLimits)),
      onExit: () => {},
      onOffline: (_child, pid, info) => this.#onOffline(pid, info),
      onSpawnError: (_child, error, retry) => {
        if (retry) runtime.faults.warning(error.message, error.code)
        else runtime.faults.fault(error)
      },
      onGaveUp: (_child, error) => runtime.faults.fault(error),
      onSize,
    })
  }

  fork(path: string | URL, args: readonly string[], given: ForkOptions | undefined): Child {
    const options = normalizeForkOptions(this.#runtime.options, given)
    const spawn = (beatMs: number) => spawnFork(path, args, { ...spawnOptions(options), beatMs })
    return this.supervisor.start({ ...this.#policy(options, spawn), signal: options.signal })
  }

  worker(given: WorkerOptions | undefined): Child {
    const options = normalizeWorkerOptions(this.#runtime.options, given)
    return this.supervisor.start(this.#policy(options, (beatMs) => spawnWorker({ ...spawnOptions(options), beatMs })))
  }

  /** Gives a child that somebody else forked a link over its IPC channel, if it asks for one. */
  adopt(process: ChildProcess): void {
    if (!markLinked(process)) return
    const link = new ProcessLink(process as IpcChannel, this.#runtime.linkLimits)
    const attach = () => {
      if (link.closed) return
      const { neighbour } = this.#runtime.attachChild(link, 'adopted')
      if (process.pid !== undefined) this.#adopted.set(process.pid, { neighbour, process })
    }
    this.#whenReady({ process, link, attach })
  }

  /** From now on children made by others are adopted as they come. */
  adoptByThemselves(): void {
    this.#adopting = true
    subscribe('child_process', this.#onChildProcess)
  }

  /** The ipem pid of a direct child by its OS pid. */
  pidOf(osPid: number): string | undefined {
    return this.supervisor.find(osPid)?.pid ?? (this.#adopted.get(osPid)?.neighbour.pid || undefined)
  }

  /** The way up is known: children may come in. */
  onReady(): void {
    for (const { attach } of this.#waiting.splice(0)) attach()
  }
  readonly #waiting: Waiting[] = []

  onChildOnline(neighbour: Neighbour): void {
    const present = this.#forked.get(neighbour)
    if (present === undefined) return
    this.supervisor.markOnline(present.child, present.process, neighbour.pid)
    const beatMs = this.#beats.get(present.process) ?? 0
    if (beatMs === 0) return
    // From now on its event loop turns; before it may load for as long as it likes.
    this.#attachments.get(neighbour)?.watch(beatMs, HANG_ROUNDS, () => {
      present.process.kill('SIGKILL')
      present.child.emit('hang')
    })
  }

  /** True: reported later, with code and signal, by the supervisor. */
  onChildLost(neighbour: Neighbour, reason: LinkCloseReason): boolean {
    const present = this.#forked.get(neighbour)
    if (present === undefined) {
      const adopted = [...this.#adopted].find(([, each]) => each.neighbour === neighbour)
      if (adopted === undefined) return false
      this.#adopted.delete(adopted[0])
      // Another ipem of this process may take it now.
      Reflect.deleteProperty(adopted[1].process, LINKED)
      return false
    }
    if (!neighbour.online) {
      this.#forked.delete(neighbour)
      return false
    }
    this.#lost.set(neighbour.pid, neighbour)
    this.supervisor.markOffline(present.child, present.process, wordFor(reason))
    return true
  }
  readonly #lost = new Map<string, Neighbour>()

  async close(): Promise<void> {
    if (this.#adopting) unsubscribe('child_process', this.#onChildProcess)
    this.#adopting = false
    await this.supervisor.close()
    for (const { process, link } of this.#waiting.splice(0)) {
      link.destroy()
      Reflect.deleteProperty(process, LINKED)
    }
  }

  #onSpawn(present: Present, link: StreamLink): void {
    markLinked(present.process)
    const role = present.child.worker === undefined ? 'fork' : 'worker'
    const attach = () => {
      const attachment = this.#runtime.attachChild(link, role)
      this.#forked.set(attachment.neighbour, present)
      this.#attachments.set(attachment.neighbour, attachment)
    }
    this.#whenReady({ process: present.process, link, attach })
  }

  #onOffline(pid: string, info: { code: number | null; signal: string | null; reason: string }): void {
    const neighbour = this.#lost.get(pid)
    if (neighbour === undefined) return
    this.#lost.delete(pid)
    this.#forked.delete(neighbour)
    const ended = info.code !== null || info.signal !== null
    this.#runtime.lose(neighbour, { ...info, reason: ended ? 'exit' : info.reason })
  }

  #whenReady(child: Waiting): void {
    if (this.#runtime.open) child.attach()
    else this.#waiting.push(child)
  }

  #policy(options: ResolvedRestartOptions, spawn: (beatMs: number) => Spawned): ChildSpec {
    const { restart, delayRestart, intensity, stopTimeout, hangTimeout } = options
    const { maxDelayRestart, healthyAfter } = this.#runtime.options
    // It gives signs of life by itself: our question would stand behind all that it has to read.
    const beatMs = Math.ceil(hangTimeout / HANG_ROUNDS)
    return {
      spawn: () => {
        const spawned = this.#spawning(() => spawn(beatMs))
        this.#beats.set(spawned.process, beatMs)
        return spawned
      },
      restart: {
        mode: restart,
        delayMs: delayRestart,
        maxDelayMs: maxDelayRestart,
        healthyAfterMs: healthyAfter,
        intensity,
      },
      stopTimeoutMs: stopTimeout,
    }
  }

  #spawning<T>(spawn: () => T): T {
    this.#forking = true
    try {
      return spawn()
    } finally {
      this.#forking = false
    }
  }

  /** Published by Node for each new ChildProcess, before it has a pid or a channel. */
  readonly #onChildProcess = (message: unknown): void => {
    if (this.#forking) return
    const { process } = message as { process: ChildProcess }
    process.once('spawn', () => {
      if (this.#adopting && process.connected && !this.#runtime.closing) this.adopt(process)
    })
  }
}

type Spawnable<T> = { -readonly [Key in keyof T]?: Exclude<T[Key], undefined> }

/** Only what was given: Node takes an `undefined` for a wrong type here and there. */
function spawnOptions<T extends object>(options: T): Spawnable<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Spawnable<T>
}

/** False where it was linked before. */
function markLinked(process: ChildProcess): boolean {
  if (LINKED in process) return false
  return Reflect.defineProperty(process, LINKED, { value: true, configurable: true })
}
