// The part of `listen()` in the first process: starts the others, knows who is there, and serves itself if wanted.

import fs from 'node:fs'
import type net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
import ipem, { IpemError } from '../../index.js'
import { Deferred } from '../../supervise/deferred.js'
import { type Origin, readConfig } from '../config/read.js'
import { graceMs } from '../config/resolved.js'
import { placeKey } from '../listener.js'
import { Master } from '../master/master.js'
import { SignalListeners } from '../master/signal-listeners.js'
import { ownCommand } from '../master/successor.js'
import type { NativeListener } from '../native-listener.js'
import { Balancer } from '../worker/balancer.js'
import { joinBus } from '../worker/bus.js'
import { ServerDrain } from '../worker/server-drain.js'
import { LOAD } from '../worker-job.js'
import { Mesh } from './mesh.js'
import { MASTER, Nodes, type NodesOptions } from './nodes.js'
import { Roster } from './roster.js'
import { fail, tellReady } from './tell.js'

/** How long a connection without a request is kept at the end. */
const LAST_IDLE_MS = 1000

export class MasterNode {
  readonly nodes: Nodes
  readonly #options: NodesOptions
  readonly #over: () => void
  readonly #server: net.Server
  #mesh: Mesh | null = null
  #master: Master | null = null
  #drain: ServerDrain | null = null
  #prepared: Promise<Master> | null = null
  #started: Promise<void> = Promise.resolve()
  readonly #closed = new Deferred<void>()
  #closing = false
  #failed = false

  /** @param over `listen()` may be called again */
  constructor(options: NodesOptions, server: net.Server, over: () => void) {
    this.#over = over
    this.#options = options
    this.#server = server
    this.nodes = new Nodes(
      MASTER,
      () => this.#mesh?.streams ?? new Map(),
      () => this.#close(),
    )
  }

  async begin(): Promise<void> {
    try {
      this.#prepared = this.#prepare()
      const master = await this.#prepared
      await this.#mesh?.open()
      if (master.stopping) return
      this.#started = master.start()
      await this.#started
      const [place] = master.config.places
      if (this.#options.masterListen !== false && place !== undefined) {
        const balancer = new Balancer(ipem, (news) => ipem.sendToChilds(LOAD, news))
        this.#drain = new ServerDrain(this.#server, balancer.tally)
        await listenAt(this.#server, master, placeKey(place), () => (master.stopping ? null : balancer.choose()))
        balancer.start()
      }
      tellReady(this.nodes)
    } catch (error) {
      // Stopped before it had started: that is what somebody wanted.
      if (this.#master?.stopping === true && (error as IpemError).code === 'ERR_IPEM_CLOSED') return
      this.#failed = true
      if (this.#master === null) this.#over()
      this.#master?.order('quick-stop')
      fail(this.nodes, error)
    }
  }

  async #prepare(): Promise<Master> {
    const { port = 80, host = '0.0.0.0', nodes: total = 1, masterListen = true, restartChildren = true } = this.#options
    if (!Number.isInteger(total) || total < 1) {
      throw new IpemError('ERR_IPEM_INVALID_ARG', `Expected \`nodes\` to be an integer from 1, got ${inspect(total)}`)
    }
    const { accept = 'auto', sticky } = this.#options
    if (masterListen && (sticky !== undefined || accept === 'round-robin' || accept === 'reuseport')) {
      const text = `\`sticky\`, and \`accept\` other than "auto" and "shared", need \`masterListen: false\``
      throw new IpemError('ERR_IPEM_INVALID_ARG', text)
    }
    const command = ownCommand()
    const children = total - (masterListen ? 1 : 0)
    const origin: Origin = {
      flags: {
        workerApp: process.argv[1] ?? '',
        args: process.argv.slice(2),
        listeners: [{ port, host }],
        accept,
        sticky,
        workers: Math.max(children, 1),
        loglevel: 'error',
      },
      configPath: undefined,
      cwd: command.cwd,
    }
    const config = await readConfig(origin)
    await joinBus(ipem)
    // Only this user can look into it; the paths of sockets are short enough everywhere.
    const folder = fs.mkdtempSync(path.join(tmpdir(), 'ipem-'))
    const removeFolder = (): void => fs.rmSync(folder, { recursive: true, force: true })
    // Also where the script ends the process by itself.
    process.once('exit', removeFolder)
    const mesh = new Mesh({ bus: ipem, id: MASTER, folder, onStream: (stream) => this.nodes.welcome(stream) })
    this.#mesh = mesh
    const roster = new Roster(ipem, (id) => mesh.forget(id))
    roster.join({ id: MASTER, pid: ipem.pid })
    const master = new Master({
      bus: ipem,
      origin,
      config,
      command,
      titled: false,
      direct: true,
      folder,
      workers: children,
      restarting: restartChildren,
      onQuickStop: () => this.#drain?.destroy(),
    })
    this.#master = master
    const signals = new SignalListeners(master)
    void master.closed.promise.then(async () => {
      await this.#finish(graceMs(config.plain))
      signals.close()
      roster.close()
      mesh.close()
      removeFolder()
      process.off('exit', removeFolder)
      this.#over()
      this.#closed.resolve()
      await this.#started.catch(() => {})
      // As the program of a user that was sent a signal and has nothing to say about it.
      if (!this.#closing && !this.#failed) process.exit()
    })
    return master
  }

  /** It answers what it has, too, in the time that every worker has. */
  async #finish(withinMs: number): Promise<void> {
    const drain = this.#drain
    if (drain === null) return
    ipem.emit('draining')
    const late = setTimeout(() => drain.destroy(), withinMs)
    drain.begin(LAST_IDLE_MS)
    await drain.ended()
    clearTimeout(late)
  }

  async #close(): Promise<void> {
    this.#closing = true
    try {
      const master = await this.#prepared
      master?.order('stop')
    } catch {
      // It has never begun.
      return
    }
    await this.#closed.promise
  }
}

/** The master serves on its own handle; those of the children are copies. */
function listenAt(server: net.Server, master: Master, key: string, passTo: () => string | null): Promise<void> {
  const handle = master.listeners.get(key)?.handle
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(handle as unknown as net.Server, () => {
      server.off('error', reject)
      if (handle !== undefined) balance(handle, master, key, passTo)
      resolve()
    })
  })
}

/** Connections that children should have go to them, and theirs may come here. */
function balance(handle: NativeListener, master: Master, key: string, passTo: () => string | null): void {
  const take = handle.onconnection?.bind(handle)
  if (take === undefined) return
  handle.onconnection = (status, connection) => {
    const to = connection === undefined ? null : passTo()
    if (connection === undefined || to === null) take(status, connection)
    else master.desk.exchange.pass({ key, to }, connection)
  }
  master.desk.serveHere(ipem.pid, (connection) => take(0, connection))
}
