// The master: hears orders, from signals or from functions, and carries them out one after the other. Who the workers are
// is crew.ts, the sockets are listeners.ts, what a signal means is signal-table.ts.

import { IpemError, type default as ipem } from '../../index.js'
import { Deferred } from '../../supervise/deferred.js'
import { type Origin, readConfig } from '../config/read.js'
import { graceMs, type PlainConfig, type ResolvedConfig } from '../config/resolved.js'
import { placeKey } from '../listener.js'
import { Logger } from '../log/logger.js'
import { Outputs } from '../log/outputs.js'
import type { Order } from '../signal-table.js'
import { Crew } from './crew.js'
import { callHook, type MasterHookCalls } from './hooks.js'
import { takeInheritance } from './inheritance.js'
import { Listeners } from './listeners.js'
import { notifySystemd } from './notify.js'
import { Pidfile } from './pidfile.js'
import { SocketDesk } from './socket-desk.js'
import { type Command, Successor } from './successor.js'
import { TaskLoop } from './task-loop.js'
import { describeExit, seconds, textOf } from './words.js'
import type { WorkerExitFacts, WorkerProcess } from './worker-process.js'

export type MasterState = 'starting' | 'running' | 'stopping' | 'stopped'

export interface MasterOptions {
  readonly bus: typeof ipem
  readonly origin: Origin
  readonly config: ResolvedConfig
  /** What SIGUSR2 starts. */
  readonly command: Command
  /** The process shows what it is: it is there for nothing else. */
  readonly titled: boolean
  /** The app is a script of its own that calls `listen()`. @default false */
  readonly direct?: boolean
  /** The private folder in which the nodes of `listen()` meet. */
  readonly folder?: string
  /** How many, whatever the configuration says. */
  readonly workers?: number
  /** Replace workers that end by themselves. @default true */
  readonly restarting?: boolean
}

/** How long a connection without a request is kept at the end, when nobody else serves. */
const LAST_IDLE_MS = 1000

const MAX_WORKERS = 1024

export class Master {
  readonly listeners = new Listeners()
  readonly crew: Crew
  readonly log: Logger
  /** Resolves when nothing is left of it. */
  readonly closed = new Deferred<void>()
  readonly #options: MasterOptions
  readonly #outputs: Outputs
  readonly #loop: TaskLoop
  readonly #desk: SocketDesk
  readonly #started = new Deferred<void>()
  readonly #startedAt = performance.now()
  #config: ResolvedConfig
  #pidfile: Pidfile | null = null
  /** Who has started this one, as long as it lives. */
  #predecessor: number | null = null
  #successor: Successor | null = null
  #state: MasterState = 'starting'
  /** A master without workers has nothing else that would keep its process. */
  readonly #alive = setInterval(() => {}, 2 ** 30)
  /** Why it does not start. */
  #failure: Error | null = null
  #generation = 0
  #stopAsked = false
  /** Those who wait until the workers have new code. */
  #reloads: Deferred<void>[] = []
  /** Those who wait until as many workers serve as they wanted. */
  #scalings: Deferred<void>[] = []

  /** @throws the error of the file system, where a log cannot be opened */
  constructor(options: MasterOptions) {
    const { direct = false, restarting = true, folder } = options
    this.#options = options
    this.#config = options.config
    this.#outputs = new Outputs(this.config)
    this.log = new Logger(this.#outputs.stderr, { level: this.config.loglevel, json: this.config.json })
    const step = () => this.crew.step()
    this.#loop = new TaskLoop(
      step,
      () => this.#onIdle(),
      (error) => this.#onFault(error),
    )
    const { listeners } = this
    const desk = new SocketDesk(
      listeners,
      () => this.crew.members,
      () => this.config,
      (error) => this.log.error(textOf(error)),
    )
    this.#desk = desk
    const crew = new Crew(options.bus, () => ({ config: this.#config, outputs: this.#outputs, direct, folder }), {
      beforeStart: (slot) => this.#hook('beforeFork', slot),
      onReady: (worker) => {
        this.log.info(`Worker ${worker.slot} (${worker.osPid}) serves`, { worker: worker.slot })
        desk.exchange.ready()
      },
      onLeaving: (worker) => this.log.info(`Worker ${worker.slot} (${worker.osPid}) leaves`, { worker: worker.slot }),
      onWorn: (worker, why) => this.log.info(`Worker ${worker.slot} (${worker.osPid}) is replaced, after ${why}`),
      onExit: (worker, exit, failure) => this.#onExit(worker, exit, failure),
      onKilled: (worker, why) => this.log.error(`Killed worker ${worker.slot} (${worker.osPid}): ${why}`),
      onHandle: (worker, message, handle) => desk.receive(worker, message, handle),
      onChange: () => {
        desk.workersChanged(this.crew.members)
        this.#loop.push()
        // Even while an order does not end.
        this.#checkStopped()
      },
    })
    crew.restarting = restarting
    this.crew = crew
  }

  /** Passes a connection that this process has accepted on to a worker. */
  get desk(): SocketDesk {
    return this.#desk
  }

  get state(): MasterState {
    return this.#state
  }

  get config(): PlainConfig {
    return this.#config.plain
  }

  get uptimeMs(): number {
    return performance.now() - this.#startedAt
  }

  get #workers(): number {
    return this.#options.workers ?? this.config.workers
  }

  /** A new master is on its way, or has taken over. */
  get old(): boolean {
    return this.#successor?.alive === true
  }

  /** Another master has the same sockets. */
  get #shared(): boolean {
    // When a parent has ended, its children have another one at once.
    return this.old || this.#predecessor === process.ppid
  }

  /**
   * Binds, starts the workers and waits until they serve.
   *
   * @throws ERR_IPEM_LISTEN, ERR_IPEM_RUNNING, ERR_IPEM_APP, ERR_IPEM_HOOK, ERR_IPEM_CLOSED if it is stopped before.
   * Nothing is left behind then.
   */
  async start(): Promise<void> {
    this.#loop.push(async () => {
      this.#entitle()
      this.#predecessor = takeInheritance(this.listeners).oldPid
      this.#adopt(this.#config)
      if (this.config.pidfile !== undefined) this.#pidfile = new Pidfile(this.config.pidfile)
      await this.#open(this.#config)
      this.crew.idleMs = graceMs(this.config)
      this.crew.target = this.#workers
    })
    await this.#started.promise
  }

  /** Carried out when those before it are. */
  order(order: Order): void {
    if (order === 'stop') this.#stopAsked = true
    // Whatever it is that the others wait for.
    if (order === 'quick-stop') this.#quickStop()
    else this.#loop.push(() => this.#carryOut(order))
  }

  /** It stops, or will as soon as it has done what it is doing. */
  get stopping(): boolean {
    return this.#stopAsked || this.#state === 'stopping'
  }

  /**
   * Reads the configuration again and replaces the workers.
   *
   * @throws ERR_IPEM_CONFIG, ERR_IPEM_LISTEN, ERR_IPEM_APP; all goes on as before then
   */
  reload(): Promise<void> {
    const done = new Deferred<void>()
    this.#loop.push(() => this.#reload(done))
    return done.promise
  }

  scale(workers: number): void {
    this.#loop.push(() => {
      this.crew.target = Math.min(Math.max(workers, 0), MAX_WORKERS)
      this.log.info(`${this.crew.target} workers are wanted`)
    })
  }

  /**
   * As `scale`, and resolves when so many serve.
   *
   * @throws ERR_IPEM_APP one of them does not start; it is tried again all the same
   */
  scaled(workers: number): Promise<void> {
    const done = new Deferred<void>()
    this.scale(workers)
    this.#loop.push(() => this.#scalings.push(done))
    return done.promise
  }

  async #carryOut(order: Order): Promise<void> {
    if (order === 'nothing' || this.#state === 'stopped') return
    if (order === 'reopen-logs') this.#reopenLogs()
    else if (this.#state === 'stopping') this.log.warn(`Stopping, so there is no ${order}`)
    else if (order === 'stop') await this.#stop()
    else if (order === 'reload') await this.#reload(new Deferred())
    else if (order === 'more-workers') this.scale(this.crew.target + 1)
    else if (order === 'fewer-workers') this.scale(this.crew.target - 1)
    else if (order === 'no-workers') this.scale(0)
    else if (order === 'upgrade') await this.#upgrade()
  }

  async #open({ plain }: ResolvedConfig): Promise<void> {
    if (plain.placesGiven)
      for (const place of plain.places) await this.listeners.open(place, placeKey(place), plain.accept === 'reuseport')
  }

  async #reload(done: Deferred<void>): Promise<void> {
    this.log.info('Reloading')
    try {
      const config = await readConfig(this.#options.origin)
      await this.#open(config)
      this.#outputs.configure(config.plain)
      this.#adopt(config)
    } catch (error) {
      this.log.error(`Cannot reload, all goes on as before: ${textOf(error)}`)
      done.reject(error as Error)
      return
    }
    const { loglevel, json } = this.config
    this.log.style = { level: loglevel, json }
    this.crew.idleMs = graceMs(this.config)
    this.crew.target = this.#workers
    this.crew.generation = ++this.#generation
    this.crew.clearWaiting()
    this.#reloads.push(done)
  }

  /** Sockets that systemd gives are where to serve, where nobody says otherwise. */
  #adopt({ plain, hooks }: ResolvedConfig): void {
    const places = plain.placesGiven ? [] : this.listeners.unclaimed
    this.#config = places.length === 0 ? { plain, hooks } : { plain: { ...plain, places, placesGiven: true }, hooks }
  }

  async #upgrade(): Promise<void> {
    if (this.#shared) {
      this.log.warn(`No new master: ${this.#successor?.pid ?? this.#predecessor} is still there`)
      return
    }
    await this.#hook('beforeExec')
    this.#pidfile?.retire()
    this.#successor = new Successor(this.#options.command, this.listeners.handOver(), (how) => {
      this.log.error(`The new master has ended: ${how}; this one goes on`)
      this.#pidfile?.restore()
      this.#entitle()
    })
    this.#entitle()
    this.log.info(`Started a new master: ${this.#successor.pid}`)
  }

  #entitle(): void {
    if (this.#options.titled) process.title = `ipem serve: master${this.old ? ' (old)' : ''}`
  }

  #reopenLogs(): void {
    try {
      this.#outputs.reopen()
      this.log.info('Opened the logs anew')
    } catch (error) {
      this.log.error(`Cannot open a log anew: ${textOf(error)}`)
    }
  }

  async #stop(): Promise<void> {
    this.#state = 'stopping'
    this.log.info('Stopping')
    // Where another one serves, the service does not stop.
    if (!this.#shared) void notifySystemd('stopping')
    const { stopDelay } = this.config
    if (stopDelay > 0) setTimeout(() => this.#loop.push(() => this.#sendAway()), stopDelay * 1000)
    else this.#sendAway()
  }

  #sendAway(): void {
    if (!this.#shared) this.crew.idleMs = LAST_IDLE_MS
    this.crew.clearWaiting()
    this.crew.stopping = true
    // Nobody new is to wait at a door that will not be opened; where another master has it too, it serves them.
    this.#desk.acceptors.close()
    for (const { key } of this.listeners.all) this.listeners.close(key, this.#shared)
  }

  #quickStop(): void {
    if (this.#state === 'stopped') return
    this.#state = 'stopping'
    this.log.info('Stopping at once')
    this.#desk.acceptors.close()
    for (const { key } of this.listeners.all) this.listeners.close(key, this.#shared)
    this.crew.quick()
    this.#checkStopped()
  }

  #onIdle(): void {
    if (this.#state === 'starting' && this.crew.settled) this.#onStarted()
    if (this.#state === 'running' && this.crew.settled) this.#onSettled()
    this.#checkStopped()
  }

  #checkStopped(): void {
    if (this.#state === 'stopping' && this.crew.stopping && this.crew.members.length === 0) this.#onStopped()
  }

  #onStarted(): void {
    this.#state = 'running'
    const where = this.listeners.all.map(({ name }) => name).join(', ')
    this.log.info(`Serving at ${where} with ${this.crew.target} workers, after ${seconds(this.#startedAt)}`)
    void notifySystemd('ready')
    this.#started.resolve()
  }

  #onSettled(): void {
    // Settled is also whoever waits before it tries again.
    if (this.crew.complete) for (const done of this.#scalings.splice(0)) done.resolve()
    if (this.#reloads.length === 0) return
    const wanted = new Set(this.config.places.map(placeKey))
    for (const { key, place } of this.listeners.all) {
      // What an app has opened by itself stays: it may open it again.
      if (key === placeKey(place) && !wanted.has(key)) this.listeners.close(key, this.#shared)
    }
    this.log.info('Reloaded')
    for (const done of this.#reloads.splice(0)) done.resolve()
  }

  #onStopped(): void {
    this.#state = 'stopped'
    clearInterval(this.#alive)
    this.#pidfile?.remove()
    this.crew.close()
    this.#desk.exchange.close()
    for (const done of [...this.#reloads.splice(0), ...this.#scalings.splice(0)]) done.reject(stopped())
    this.log.info('Stopped')
    this.#outputs.close()
    this.#started.reject(this.#failure ?? stopped())
    this.closed.resolve()
  }

  #onExit(worker: WorkerProcess, exit: WorkerExitFacts, failure: IpemError | null): void {
    this.#desk.exchange.gone(worker)
    const text = `Worker ${worker.slot} (${exit.pid}) ${describeExit(exit)}`
    if (worker.phase === 'draining') this.log.info(text)
    // While it starts, the failure is for whoever has started it.
    else if (failure === null || this.#state !== 'starting') this.log.error(failure?.message ?? text)
    this.#loop.push(() => this.#hook('afterWorkerExit', worker.slot, exit))
    if (failure === null || this.#state === 'stopping') return
    for (const done of this.#scalings.splice(0)) done.reject(failure)
    if (this.#state === 'starting') this.#onFault(failure)
    else if (worker.generation === this.crew.generation && this.#reloads.length > 0) {
      this.log.error('The app does not start with its new code: those with the old code go on')
      this.crew.giveUpReload()
      for (const done of this.#reloads.splice(0)) done.reject(failure)
    }
  }

  /** While it starts everything that goes wrong ends it; later the next one may go right. */
  #onFault(error: unknown): void {
    if (this.#state !== 'starting') {
      this.log.error(textOf(error))
      return
    }
    this.#failure ??= error as Error
    if (this.config.stderrPath !== undefined) this.log.error(textOf(error))
    this.#quickStop()
  }

  async #hook<Name extends keyof MasterHookCalls>(name: Name, ...args: MasterHookCalls[Name]): Promise<void> {
    try {
      await callHook(this.#config, name, ...args)
    } catch (error) {
      if (this.#state === 'starting') throw error
      this.log.error(textOf(error))
    }
  }
}

function stopped(): IpemError {
  return new IpemError('ERR_IPEM_CLOSED', 'Stopped before it was done')
}
