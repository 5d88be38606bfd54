// `listen()` of multi-node, put together: in the first process a master with workers that run the same script, in those
// the workers; in all of them the mesh of streams.

import fs from 'node:fs'
import type net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import ipem, { IpemError } from '../../index.js'
import { Deferred } from '../../supervise/deferred.js'
import { type Origin, readConfig } from '../config/read.js'
import { placeKey } from '../listener.js'
import { Master } from '../master/master.js'
import { SignalListeners } from '../master/signal-listeners.js'
import { ownCommand } from '../master/successor.js'
import { joinBus } from '../worker/bus.js'
import { ServerDrain } from '../worker/server-drain.js'
import { ServeWorker } from '../worker/worker.js'
import { takeJob, type WorkerJob } from '../worker-job.js'
import { Mesh, type Peer } from './mesh.js'
import { MASTER, Nodes, type NodesOptions } from './nodes.js'
import { GONE, JOIN, Roster } from './roster.js'

/**
 * Serves from several processes, each of which runs the script that calls this. The answer is there at once; `ready`
 * follows.
 *
 * ```js
 * const nodes = listen({ port: 80, nodes: 4 }, http.createServer(handler))
 * nodes.on('node', (stream) => stream.on('data', …))
 * ```
 *
 * Not guaranteed: any order between the streams.
 *
 * Source: the readme of multi-node.
 *
 * @param server an `http.Server` or any other that `net` knows, which does not listen so far
 */
export function listen(options: NodesOptions, server: net.Server): Nodes {
  const job = takeJob()
  const nodes = job === null ? new MasterNode(options, server) : new ChildNode(job, server)
  nodes.begin()
  return nodes.nodes
}

/** Which of the promises a process has started nobody waits for. */
function fail(nodes: Nodes, error: unknown): void {
  if (nodes.listenerCount('error') > 0) nodes.emit('error', error as Error)
  else
    process.nextTick(() => {
      throw error
    })
}

/** How long a connection without a request is kept at the end. */
const LAST_IDLE_MS = 1000

class MasterNode {
  readonly nodes: Nodes
  readonly #options: NodesOptions
  readonly #server: net.Server
  #mesh: Mesh | null = null
  #master: Master | null = null
  #drain: ServerDrain | null = null
  #begun: Promise<void> = Promise.resolve()
  readonly #closed = new Deferred<void>()
  #closing = false

  constructor(options: NodesOptions, server: net.Server) {
    this.#options = options
    this.#server = server
    this.nodes = new Nodes(
      MASTER,
      () => this.#mesh?.streams ?? new Map(),
      () => this.#close(),
    )
  }

  begin(): void {
    this.#begun = this.#prepare()
    this.#serve().catch((error) => {
      // Stopped while it was starting: that is what somebody wanted.
      if (!this.#stopped(error)) fail(this.nodes, error)
    })
  }

  #stopped(error: unknown): boolean {
    return error instanceof IpemError && error.code === 'ERR_IPEM_CLOSED'
  }

  async #prepare(): Promise<void> {
    const { port = 80, host = '0.0.0.0', nodes: total = 1, masterListen = true, restartChildren = true } = this.#options
    const command = ownCommand()
    const children = total - (masterListen ? 1 : 0)
    const origin: Origin = {
      flags: {
        workerApp: process.argv[1] ?? '',
        args: process.argv.slice(2),
        listeners: [{ port, host }],
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
    const roster = new Roster(ipem, (id) => this.#mesh?.forget(id))
    const mesh = new Mesh({ bus: ipem, id: MASTER, folder, onStream: (stream) => this.nodes.emit('node', stream) })
    this.#mesh = mesh
    await mesh.open()
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
    })
    this.#master = master
    const signals = new SignalListeners(master)
    void master.closed.promise.then(async () => {
      // It answers what it has, too.
      this.#drain?.begin(LAST_IDLE_MS)
      await this.#drain?.ended()
      signals.close()
      roster.close()
      mesh.close()
      fs.rmSync(folder, { recursive: true, force: true })
      this.#closed.resolve()
      // As the program of a user that was sent a signal and has nothing to say about it.
      if (!this.#closing) process.exit()
    })
    await master.start()
    const [place] = config.plain.places
    if (masterListen && place !== undefined) {
      this.#drain = new ServerDrain(this.#server, { open: () => () => {} })
      await listenAt(this.#server, master, placeKey(place))
    }
    this.nodes.emit('ready')
  }

  async #close(): Promise<void> {
    this.#closing = true
    this.#master?.order('stop')
    if (this.#master !== null) await this.#closed.promise
  }
}

class ChildNode {
  readonly nodes: Nodes
  readonly #job: WorkerJob
  readonly #server: net.Server
  #mesh: Mesh | null = null
  #worker: ServeWorker | null = null

  constructor(job: WorkerJob, server: net.Server) {
    this.#job = job
    this.#server = server
    this.nodes = new Nodes(
      `child-${job.id}`,
      () => this.#mesh?.streams ?? new Map(),
      () => this.#worker?.leave({ graceMs: 45_000, idleMs: 1000 }) ?? Promise.resolve(),
    )
  }

  begin(): void {
    this.#serve().catch(async (error) => {
      await this.#worker?.fail(error)
      fail(this.nodes, error)
    })
  }

  async #serve(): Promise<void> {
    const { folder } = this.#job
    if (folder === undefined) throw new IpemError('ERR_IPEM_INVALID_ARG', 'listen() of another kind of worker')
    await joinBus(ipem)
    this.#worker = new ServeWorker(this.#job, ipem)
    const { id } = this.nodes
    const mesh = new Mesh({ bus: ipem, id, folder, onStream: (stream) => this.nodes.emit('node', stream) })
    this.#mesh = mesh
    ipem.on(GONE, (gone: string) => mesh.forget(gone))
    await mesh.open()
    for (const peer of await ipem.request<Peer[]>('parent', JOIN, id)) mesh.dial(peer)
    await this.#worker.startWith(this.#server)
    this.nodes.emit('ready')
  }
}

/** The master serves on its own handle; those of the children are copies. */
function listenAt(server: net.Server, master: Master, key: string): Promise<void> {
  const handle = master.listeners.get(key)?.handle
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(handle as unknown as net.Server, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
