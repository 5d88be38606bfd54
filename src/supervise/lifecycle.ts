// One child through all its processes: spawn, watch, restart, stop.
// What to do after an end is decided in restart-policy.ts; the order among children is in supervisor.ts.

import type { ChildProcess } from 'node:child_process'
import { addAbortListener } from 'node:events'
import type { Socket } from 'node:net'
import { IpemError } from '../errors.js'
import { Child, type ChildControl } from './child.js'
import { exitedError, gaveUpError, spawnError } from './child-errors.js'
import type { ChildExit, ChildOffline } from './child-exit.js'
import type { ChildSpec } from './child-spec.js'
import type { Clock } from './clock.js'
import { Deferred } from './deferred.js'
import { ProcessRun, type ProcessRunHandlers } from './process-run.js'
import { decideRestart, INITIAL_RESTART_STATE, type ProcessEnd } from './restart-policy.js'
import { type RestartPacers, RestartTimer } from './restart-timer.js'

/** What all children of a process share. */
export interface LifecycleShared {
  readonly clock: Clock
  readonly random: () => number
  readonly pacers: RestartPacers
}

/** What a lifecycle tells its owner, who MUST NOT throw. The child's own state is already right then. */
export interface LifecycleHooks {
  onSpawn(process: ChildProcess, socket: Socket): void
  onExit(exit: ChildExit): void
  onOffline(pid: string, info: ChildOffline): void
  /** @param retry another attempt is already scheduled */
  onSpawnError(error: IpemError, retry: boolean): void
  onGaveUp(error: IpemError): void
  /** There will be no more processes. Last, and once. */
  onEnded(): void
}

const NO_EXIT: ChildExit = Object.freeze({ code: null, signal: null })

/** What a process sent right before it ended is read after its exit is known; this bounds the wait for it. */
const LAST_WORDS_MS = 1000

export class Lifecycle implements ChildControl, ProcessRunHandlers {
  readonly child: Child = new Child(this)
  readonly #spec: ChildSpec
  readonly #clock: Clock
  readonly #random: () => number
  readonly #hooks: LifecycleHooks
  readonly #timer: RestartTimer
  /** Also of processes that ended: their links may close, or even come online, after that. */
  readonly #runs = new WeakMap<ChildProcess, ProcessRun>()
  #run!: ProcessRun
  #state = INITIAL_RESTART_STATE
  #restarts = 0
  #online = new Deferred<string>()
  #stopped: Deferred<ChildExit> | null = null
  #lastExit = NO_EXIT
  #abort: Disposable | null = null
  #referenced = true
  #retired = false
  #ended = false

  constructor(spec: ChildSpec, shared: LifecycleShared, hooks: LifecycleHooks) {
    this.#spec = spec
    this.#clock = shared.clock
    this.#random = shared.random
    this.#hooks = hooks
    this.#timer = new RestartTimer(shared.clock, shared.pacers, () => this.#restart())
  }

  get run(): ProcessRun {
    return this.#run
  }

  get restarts(): number {
    return this.#restarts
  }

  get online(): Promise<string> {
    return this.#online.promise
  }

  /** Start the first process. Throws what `spawn` throws; the child has then never existed. */
  begin(): void {
    const { signal } = this.#spec
    if (signal?.aborted) {
      throw new IpemError('ERR_IPEM_ABORTED', 'The child was aborted before it was started', { cause: signal.reason })
    }
    this.#spawn()
    if (signal) this.#abort = addAbortListener(signal, () => void this.stop())
  }

  /** From now on nothing is restarted; a restart that is pending is cancelled. The present process lives on. */
  retire(): void {
    this.#retired = true
    if (!this.#timer.pending) return
    this.#timer.cancel()
    this.#ended = true
    this.#finish()
  }

  stop(): Promise<ChildExit> {
    this.retire()
    if (this.#ended) return Promise.resolve(this.#lastExit)
    if (!this.#stopped) {
      this.#stopped = new Deferred()
      // Whoever waits for the end must live to see it.
      this.setRef(true)
      this.#run.terminate(this.#spec.stopTimeoutMs, () => this.#abandon())
    }
    return this.#stopped.promise
  }

  /** SIGKILL, and no restart. */
  kill(): void {
    this.retire()
    this.#run.signal('SIGKILL')
  }

  setRef(ref: boolean): void {
    this.#referenced = ref
    this.#run.setRef(ref)
    this.#timer.setRef(ref)
  }

  markOnline(process: ChildProcess, pid: string): void {
    const run = this.#runs.get(process)
    if (!run?.markOnline(pid)) return
    // An ended process still answers for its child if there is no other to come.
    if (run === this.#run && (run.alive || this.#ended) && !this.#online.settled) this.#online.resolve(pid)
    this.#emit(() => this.child.emit('online', pid))
  }

  markOffline(process: ChildProcess, reason: string): void {
    this.#runs.get(process)?.markOffline(reason)
  }

  onExit(run: ProcessRun, exit: ChildExit): void {
    if (this.#ended) return
    this.#lastExit = exit
    if (run.pid !== null) this.#online = new Deferred()
    const scriptError = this.#restarts === 0 && run.pid === null && exit.code === 1 ? run.scriptError() : undefined
    const action = this.#decide(run, scriptError)
    try {
      this.#hooks.onExit(exit)
      if (scriptError && action !== 'restart') this.#hooks.onSpawnError(spawnError(scriptError), false)
      if (action === 'give-up') this.#hooks.onGaveUp(gaveUpError(exit, this.#restarts))
      this.#emit(() => this.child.emit('exit', exit.code, exit.signal))
    } finally {
      if (action !== 'restart') this.#finish(scriptError)
    }
  }

  onStartError(run: ProcessRun | null, error: NodeJS.ErrnoException): void {
    this.#lastExit = NO_EXIT
    const action = this.#decide(run, error)
    try {
      this.#hooks.onSpawnError(spawnError(error), action === 'restart')
      if (action === 'give-up') this.#hooks.onGaveUp(gaveUpError(NO_EXIT, this.#restarts))
    } finally {
      if (action !== 'restart') this.#finish(error)
    }
  }

  onOffline(run: ProcessRun, reason: string): void {
    const pid = run.pid ?? ''
    const info: ChildOffline = { code: run.exit?.code ?? null, signal: run.exit?.signal ?? null, reason }
    this.#hooks.onOffline(pid, info)
    this.#emit(() => this.child.emit('offline', pid, info))
  }

  #spawn(): void {
    const run = new ProcessRun(this.#spec.spawn(), this.#clock, this)
    this.#run = run
    this.#runs.set(run.process, run)
    if (!this.#referenced) run.setRef(false)
    if (run.socket) this.#hooks.onSpawn(run.process, run.socket)
  }

  #restart(): void {
    this.#restarts++
    try {
      this.#spawn()
    } catch (error) {
      this.onStartError(null, error as NodeJS.ErrnoException)
    }
  }

  #decide(run: ProcessRun | null, notStarted: NodeJS.ErrnoException | undefined): 'restart' | 'end' | 'give-up' {
    const end: ProcessEnd = {
      at: this.#clock.now(),
      aliveMs: run?.aliveMs ?? 0,
      onlineMs: run?.onlineMs ?? null,
      code: run?.exit?.code ?? null,
      signal: run?.exit?.signal ?? null,
      intentional: this.#retired || run?.disconnected === true,
      notStarted: notStarted ? { errno: notStarted.code, first: this.#restarts === 0 } : null,
    }
    const decision = decideRestart(this.#spec.restart, this.#state, end, this.#random())
    if (decision.action === 'restart') {
      this.#state = decision.state
      this.#timer.start(decision.delayMs, decision.healthy)
    } else this.#ended = true
    return decision.action
  }

  /** A process that we may not kill, as it runs for another user: nobody must wait for it for ever. */
  #abandon(): void {
    process.emitWarning(`Child process ${this.#run.process.pid} cannot be killed`, { code: 'IPEM_CHILD_NOT_KILLED' })
    this.#ended = true
    this.#lastExit = NO_EXIT
    this.#finish()
  }

  #finish(cause?: Error): void {
    this.#abort?.[Symbol.dispose]()
    this.#stopped?.resolve(this.#lastExit)
    this.#rejectOnline(cause)
    this.#hooks.onEnded()
  }

  /** Not before its last words are read: it may have been online, only nobody has heard it yet. */
  #rejectOnline(cause: Error | undefined): void {
    const { pid, socket } = this.#run
    const online = this.#online
    const reject = () => {
      if (!online.settled) online.reject(exitedError(this.#lastExit, cause))
    }
    if (pid === null && socket && !socket.destroyed) {
      const timer = this.#clock.setTimeout(reject, LAST_WORDS_MS)
      socket.once('close', () => {
        this.#clock.clearTimeout(timer)
        reject()
      })
    } else reject()
  }

  /** A listener of the user's that throws must not stop the supervision; it still ends up where all its errors do. */
  #emit(emit: () => void): void {
    try {
      emit()
    } catch (error) {
      process.nextTick(() => {
        throw error
      })
    }
  }
}
