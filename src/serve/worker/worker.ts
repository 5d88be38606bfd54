// A worker: joins the bus, loads the app, serves, and leaves when its time has come.

import type net from 'node:net'
import process from 'node:process'
import { setImmediate } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { IpemError } from '../../index.js'
import { loadConfigFile } from '../config/load-file.js'
import { resolveApp } from '../config/read.js'
import { factsOf } from '../config/resolve.js'
import { graceMs, type Hooks } from '../config/resolved.js'
import { camelCase } from '../config/schema.js'
import { placeKey } from '../listener.js'
import { WORKER_SIGNALS } from '../signal-table.js'
import { LEAVE, type LeaveOrder, LOAD, type LoadNews, REPORT, type Report, type WorkerJob } from '../worker-job.js'
import { BY_ITSELF, serverOf } from './app-server.js'
import { Balancer } from './balancer.js'
import type { Bus } from './bus.js'
import { ListenHook } from './listen-hook.js'
import { ListenWatch } from './listen-watch.js'
import { ServerDrain } from './server-drain.js'
import { Wear } from './wear.js'

/** Without a master nobody will answer what comes later. */
const ORPHAN_IDLE_MS = 1000

export class ServeWorker {
  readonly #job: WorkerJob
  readonly #bus: Bus
  readonly #hook: ListenHook
  readonly #balancer: Balancer
  readonly #wear: Wear
  readonly #relays = new Set<net.Server>()
  readonly #servers = new Map<net.Server, ServerDrain>()
  #hooks: Hooks = {}
  #announced: Promise<void> | null = null
  #leaving = false

  constructor(job: WorkerJob, bus: Bus) {
    this.#job = job
    this.#bus = bus
    // With `listen()` the master serves too.
    const tellAll = (news: LoadNews) => void bus.sendToSiblings(LOAD, news).sendToParents(LOAD, news)
    this.#balancer = job.direct ? new Balancer(bus, tellAll) : new Balancer(bus)
    this.#wear = new Wear(job.config, (why) => void this.#report({ is: 'worn', why }))
    const { sticky } = job.config
    this.#hook = new ListenHook({
      sticky: sticky === 'ip' ? undefined : sticky,
      beforeListen: async (server) => {
        // Connections of a relay are counted where they are answered.
        const tally = this.#relays.has(server) ? { open: () => () => {} } : this.#balancer.tally
        server.once('close', () => this.#leaving || this.#servers.delete(server))
        this.#servers.set(
          server,
          this.#servers.get(server) ?? new ServerDrain(server, tally, () => this.#wear.request()),
        )
        this.#announced ??= this.#call('afterWorkerReady', this.#job.slot)
        await this.#announced
      },
      onFault: (error) => void this.fail(error).finally(() => process.exit(1)),
      passTo: () => (this.#leaving || job.config.accept !== 'auto' ? null : this.#balancer.choose()),
    })
    bus.on(LEAVE, (order: LeaveOrder) => void this.leave(order))
    bus.on('parent', (pid) => {
      // The master is gone: finish what there is, there will be nobody to ask for more.
      if (pid === null) void this.leave({ graceMs: graceMs(job.config), idleMs: ORPHAN_IDLE_MS })
    })
    for (const [signal, { order }] of Object.entries(WORKER_SIGNALS)) {
      process.on(signal, () => this.#onSignal(order(job.config.signals)))
    }
  }

  /** @throws what is wrong with the app */
  async start(): Promise<void> {
    const { config, slot, hooks } = this.#job
    if (hooks && config.configPath !== undefined) this.#hooks = await hooksOf(config.configPath)
    await this.#call('afterFork', process.pid, process.ppid, slot)
    await this.#serve()
    this.#balancer.start()
    await this.#report({ is: 'ready' })
  }

  /** As {@link start}, for a server that is there already. */
  async startWith(server: net.Server): Promise<void> {
    await this.#listen(server)
    this.#balancer.start()
    await this.#report({ is: 'ready' })
  }

  /** Tells the master why this worker cannot serve. */
  async fail(error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message : String(error)
    const code = error instanceof IpemError ? error.code : 'ERR_IPEM_APP'
    await this.#report({ is: 'failed', code, message, stack: stackOf(error) })
  }

  /** Stops accepting, finishes the requests, ends the process. */
  async leave({ graceMs: withinMs, idleMs }: LeaveOrder): Promise<void> {
    if (withinMs === 0) process.exit(0)
    if (this.#leaving) return
    this.#leaving = true
    this.#balancer.stop()
    this.#wear.close()
    this.#bus.emit('draining')
    const drains = [...this.#servers.values()]
    const late = setTimeout(() => {
      for (const drain of drains) drain.destroy()
    }, withinMs)
    // Who has called before this moment is let in: if nobody else has the socket, its queue ends with it.
    await setImmediate()
    for (const drain of drains) drain.begin(idleMs)
    // Another worker may have given a connection to this one a moment ago.
    await this.#hook.seal()
    await Promise.all(drains.map((drain) => drain.ended()))
    clearTimeout(late)
    await this.#bus.flush().catch(() => {})
    process.exit(0)
  }

  async #serve(): Promise<void> {
    const { config } = this.#job
    const appPath = resolveApp(config.workerApp) ?? config.workerApp
    const watch = new ListenWatch()
    const exported = (await import(pathToFileURL(appPath).href)) as object
    const facts = factsOf({ plain: config, hooks: this.#hooks })
    const server = await serverOf(exported, { config: facts, appPath, listening: watch.servers })
    if (server !== null && server !== BY_ITSELF) await this.#listen(server)
    else await watch.settled()
    watch.close()
  }

  /** At every place; one server can listen at one, so others hand their connections to it. */
  async #listen(server: net.Server): Promise<void> {
    const { places } = this.#job.config
    const [first, ...others] = places
    if (first === undefined) return
    const extra = await Promise.all(others.map(() => relayTo(server)))
    await this.#hook.listen(server, placeKey(first), first.backlog)
    for (const [index, place] of others.entries()) {
      const relay = extra[index]
      if (relay === undefined) continue
      this.#relays.add(relay)
      await this.#hook.listen(relay, placeKey(place), place.backlog)
    }
  }

  #onSignal(order: 'leave' | 'exit' | 'nothing'): void {
    if (order === 'exit') process.exit(0)
    if (order !== 'leave' || this.#leaving) return
    const ms = graceMs(this.#job.config)
    // The master fills the place at once, so that nobody notices.
    void this.#report({ is: 'leaving' })
    void this.leave({ graceMs: ms, idleMs: ms })
  }

  async #call(name: 'afterFork' | 'afterWorkerReady', ...args: number[]): Promise<void> {
    const hook = this.#hooks[name] as ((...args: unknown[]) => unknown) | undefined
    try {
      await hook?.(factsOf({ plain: this.#job.config, hooks: this.#hooks }), ...args)
    } catch (cause) {
      const text = `${name}: ${cause instanceof Error ? cause.message : cause}`
      throw new IpemError('ERR_IPEM_HOOK', text, { hook: name, cause })
    }
  }

  async #report(report: Report): Promise<void> {
    await this.#bus.request('parent', REPORT, report).catch(() => {})
  }
}

async function relayTo(server: net.Server): Promise<net.Server> {
  const { createServer } = await import('node:net')
  return createServer({ allowHalfOpen: true }, (socket) => server.emit('connection', socket))
}

async function hooksOf(configPath: string): Promise<Hooks> {
  const exported = (await loadConfigFile(configPath)) as Record<string, unknown>
  return Object.fromEntries(Object.entries(exported).map(([key, value]) => [camelCase(key), value])) as Hooks
}

/** Where the user's own code went wrong; what we found wrong ourselves is said in the message. */
function stackOf(error: unknown): string | undefined {
  if (!(error instanceof IpemError)) return error instanceof Error ? error.stack : undefined
  const { code, cause, message } = error
  return code === 'ERR_IPEM_HOOK' && cause instanceof Error ? `${message}\n${cause.stack}` : undefined
}
