// The master: hears orders, from signals or from functions, and carries them out one after the other. Who the workers are
// is crew.ts, the sockets are listeners.ts, what a signal means is signal-table.ts.

import { IpemError } from '../../index.js'
import { Deferred } from '../../supervise/deferred.js'
import type { PlainConfig } from '../config/resolved.js'
import type { Logger } from '../log/logger.js'
import type { Order } from '../signal-table.js'
import { Crew } from './crew.js'
import { crewReports } from './crew-reports.js'
import type { MasterHookCalls } from './hooks.js'
import { Listeners } from './listeners.js'
import type { MasterOptions, MasterState } from './master-types.js'
import { notifySystemd } from './notify.js'
import { Reloading } from './reloading.js'
import { Scaling } from './scaling.js'
import { Settings } from './settings.js'
import { SocketDesk } from './socket-desk.js'
import { Succession } from './succession.js'
import { TaskLoop } from './task-loop.js'
import { seconds, textOf } from './words.js'

/** How long a connection without a request is kept at the end, when nobody else serves. */
const LAST_IDLE_MS = 1000

export class Master {
  readonly listeners = new Listeners()
  readonly crew: Crew
  /** Gives workers their sockets. */
  readonly desk: SocketDesk
  /** Resolves when nothing is left of it. */
  readonly closed = new Deferred<void>()
  readonly #settings: Settings
  readonly #succession: Succession
  readonly #loop: TaskLoop
  readonly #started = new Deferred<void>()
  readonly #startedAt = performance.now()
  readonly #reloading: Reloading
  readonly #scaling: Scaling
  #state: MasterState = 'starting'
  /** A master without workers has nothing else that would keep its process. */
  #alive: NodeJS.Timeout | null = null
  /** Why it does not start. */
  #failure: Error | null = null
  #stopAsked = false
  readonly #onQuickStop: () => void

  /** @throws ERR_IPEM_CONFIG a log cannot be opened */
  constructor(options: MasterOptions) {
    const { bus, origin, config, command, titled, direct = false, restarting = true, folder, workers } = options
    this.#onQuickStop = options.onQuickStop ?? (() => {})
    this.#settings = new Settings(config)
    this.#succession = new Succession(command, titled, this.log)
    this.#loop = new TaskLoop(
      () => this.crew.step(),
      () => this.#onIdle(),
      (error) => this.#onFault(error),
    )
    this.desk = new SocketDesk(
      this.listeners,
      () => this.crew.members,
      () => this.config,
      (error) => this.log.error(textOf(error)),
      () => this.#loop.push(),
    )
    const equipment = () => ({ config: this.#settings.resolved, outputs: this.#settings.outputs, direct, folder })
    const reports = crewReports({
      log: this.log,
      desk: this.desk,
      starting: () => this.#state === 'starting',
      hook: (name, ...args) => this.#hook(name, ...args),
      later: (task) => this.#loop.push(task),
      onFailure: (failure, slot) => this.#onFailure(failure, slot),
      onChange: () => {
        this.desk.workersChanged(this.crew.members)
        this.#loop.push()
        // Even while an order does not end.
        this.#checkStopped()
      },
    })
    this.crew = new Crew(bus, equipment, reports, restarting)
    this.#scaling = new Scaling(this.crew, this.log)
    const { listeners, crew } = this
    const close = (key: string) => this.desk.closeOne(key, this.#succession.shared)
    this.#reloading = new Reloading({ origin, settings: this.#settings, listeners, crew, workers, close })
  }

  get log(): Logger {
    return this.#settings.log
  }

  get state(): MasterState {
    return this.#state
  }

  get config(): PlainConfig {
    return this.#settings.plain
  }

  get uptimeMs(): number {
    return performance.now() - this.#startedAt
  }

  /** A new master is on its way, or has taken over. */
  get old(): boolean {
    return this.#succession.old
  }

  /** It stops, or will as soon as it has done what it is doing. */
  get stopping(): boolean {
    return this.#stopAsked || this.#state === 'stopping' || this.#state === 'stopped'
  }

  /**
   * Binds, starts the workers and waits until they serve.
   *
   * @throws ERR_IPEM_LISTEN, ERR_IPEM_RUNNING, ERR_IPEM_APP, ERR_IPEM_HOOK, ERR_IPEM_CLOSED if it is stopped before.
   * Nothing is left behind then.
   */
  async start(): Promise<void> {
    this.#alive = setInterval(() => {}, 2 ** 30)
    this.#loop.push(async () => {
      this.#succession.begin(this.listeners, this.config.pidfile)
      await this.#reloading.apply()
    })
    await this.#started.promise
  }

  /** Carried out when those before it are. */
  order(order: Order): void {
    if (order === 'stop') this.#stopAsked = true
    // Whatever it is that the others wait for.
    if (order === 'quick-stop') {
      this.#onQuickStop()
      this.#quickStop()
    } else this.#loop.push(() => this.#carryOut(order))
  }

  /**
   * Reads the configuration again and replaces the workers.
   *
   * @throws ERR_IPEM_CONFIG, ERR_IPEM_LISTEN, ERR_IPEM_APP; all goes on as before then
   * @throws ERR_IPEM_CLOSED it stops
   */
  reload(): Promise<void> {
    const done = new Deferred<void>()
    this.#loop.push(() => (this.stopping ? done.reject(stopped()) : this.#reloading.begin(done)))
    return done.promise
  }

  scale(workers: number): void {
    this.#loop.push(() => this.#scaling.to(workers))
  }

  /**
   * As `scale`, and resolves when so many serve.
   *
   * @throws ERR_IPEM_APP one of them does not start; it is tried again all the same
   * @throws ERR_IPEM_CLOSED it stops
   */
  scaled(workers: number): Promise<void> {
    const done = new Deferred<void>()
    this.#loop.push(() => (this.stopping ? done.reject(stopped()) : this.#scaling.to(workers, done)))
    return done.promise
  }

  async #carryOut(order: Order): Promise<void> {
    if (order === 'nothing' || this.#state === 'stopped') return
    if (order === 'reopen-logs') this.#reopenLogs()
    else if (this.#state === 'stopping') this.log.warn(`Stopping, so there is no ${order}`)
    else if (order === 'stop') this.#stop()
    else if (order === 'reload') await this.#reloading.begin()
    else if (order === 'more-workers') this.#scaling.to(this.crew.target + 1)
    else if (order === 'fewer-workers') this.#scaling.to(this.crew.target - 1)
    else if (order === 'no-workers') this.#scaling.to(0)
    else if (order === 'upgrade') await this.#upgrade()
  }

  async #upgrade(): Promise<void> {
    const { other } = this.#succession
    if (other !== null) {
      this.log.warn(`No new master: ${other} is still there`)
      return
    }
    await this.#hook('beforeExec')
    this.#succession.upgrade(this.listeners)
  }

  #reopenLogs(): void {
    try {
      this.#settings.outputs.reopen()
      this.log.info('Opened the logs anew')
    } catch (error) {
      this.log.error(`Cannot open a log anew: ${textOf(error)}`)
    }
  }

  #stop(): void {
    this.#state = 'stopping'
    this.log.info('Stopping')
    // Where another one serves, the service does not stop.
    if (!this.#succession.shared) void notifySystemd('stopping')
    const sendAway = (): void => {
      if (!this.#succession.shared) this.crew.idleMs = LAST_IDLE_MS
      this.crew.stopInOrder()
      this.desk.close(this.#succession.shared)
    }
    const { stopDelay } = this.config
    if (stopDelay > 0) setTimeout(() => this.#loop.push(sendAway), stopDelay * 1000)
    else sendAway()
  }

  #quickStop(): void {
    if (this.#state === 'stopped') return
    this.#state = 'stopping'
    this.log.info('Stopping at once')
    this.desk.close(this.#succession.shared)
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
    this.#scaling.settled()
    // Without workers, after WINCH, all stay as they are until there are some again.
    if (this.crew.ready.length > 0) this.desk.closeUnused(this.crew.members)
    this.#reloading.settled()
  }

  #onStopped(): void {
    this.#state = 'stopped'
    if (this.#alive !== null) clearInterval(this.#alive)
    this.#succession.end()
    this.crew.close()
    this.desk.exchange.close()
    this.#reloading.end(stopped())
    this.#scaling.failed(stopped())
    this.log.info('Stopped')
    this.#settings.outputs.close()
    this.#started.reject(this.#failure ?? stopped())
    this.closed.resolve()
  }

  /** A worker does not start. */
  #onFailure(failure: IpemError, slot: number): void {
    if (this.stopping) return
    this.#scaling.failed(failure)
    if (this.#state === 'starting') this.#onFault(failure)
    else this.#reloading.failed(failure, this.crew.isReplaced(slot))
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
      await this.#settings.hook(name, ...args)
    } catch (error) {
      if (this.#state === 'starting') throw error
      this.log.error(textOf(error))
    }
  }
}

function stopped(): IpemError {
  return new IpemError('ERR_IPEM_CLOSED', 'Stopped before it was done')
}
