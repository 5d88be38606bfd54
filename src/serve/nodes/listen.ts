// `listen()` of multi-node, put together: in the first process a master with workers that run the same script, in those
// the workers; in all of them the mesh of streams.

import fs from 'node:fs'
import type net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
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
 * @throws ERR_IPEM_ALREADY_STARTED this process has called it before, and not closed what came of it
 * @param server an `http.Server` or any other that `net` knows, which does not listen so far
 */
export function listen(options: NodesOptions, server: net.Server): Nodes {
  // In a child it would look like the first process of another tree, and start children of its own.
  if (present !== null) throw new IpemError('ERR_IPEM_ALREADY_STARTED', 'This process has called listen() already')
  const job = takeJob()
  const node = job === null ? new MasterNode(options, server) : new ChildNode(job, server)
  present = node.nodes
  void node.begin()
  return node.nodes
}

/** One for a process: the port, the signals and the name in the mesh are. */
let present: Nodes | null = null

/** Which of the promises a process has started nobody waits for. */
function fail(nodes: Nodes, error: unknown): void {
  if (nodes.listenerCount('error') > 0) nodes.emit('error', error as Error)
  else
    process.nextTick(() => {
      throw error
    })
}

/** By itself: what a listener throws is not a failure of ours. */
function tellReady(nodes: Nodes): void {
  process.nextTick(() => nodes.emit('ready'))
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
  #prepared: Promise<Master> | null = null
  #started: Promise<void> = Promise.resolve()
  readonly #closed = new Deferred<void>()
  #closing = false
  #failed = false

  constructor(options: NodesOptions, server: net.Server) {
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
        this.#drain = new ServerDrain(this.#server, { open: () => () => {} })
        await listenAt(this.#server, master, placeKey(place))
      }
      tellReady(this.nodes)
    } catch (error) {
      // Stopped before it had started: that is what somebody wanted.
      if (this.#master?.stopping === true && (error as IpemError).code === 'ERR_IPEM_CLOSED') return
      this.#failed = true
      if (this.#master === null) present = null
      this.#master?.order('quick-stop')
      fail(this.nodes, error)
    }
  }

  async #prepare(): Promise<Master> {
    const { port = 80, host = '0.0.0.0', nodes: total = 1, masterListen = true, restartChildren = true } = this.#options
    if (!Number.isInteger(total) || total < 1) {
      throw new IpemError('ERR_IPEM_INVALID_ARG', `Expected \`nodes\` to be an integer from 1, got ${inspect(total)}`)
    }
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
      removeFolder()
      process.off('exit', removeFolder)
      present = null
      this.#closed.resolve()
      await this.#started.catch(() => {})
      // As the program of a user that was sent a signal and has nothing to say about it.
      if (!this.#closing && !this.#failed) process.exit()
    })
    return master
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
    const mesh = new Mesh({ bus: ipem, id, folder, onStream: (stream) => this.nodes.welcome(stream) })
    this.#mesh = mesh
    // That one is gone may be told at once after the answer that it is there, before the answer is looked at.
    const gone = new Set<string>()
    ipem.on(GONE, (other: string) => {
      gone.add(other)
      mesh.forget(other)
    })
    ipem.on('parent', (pid) => {
      // Nobody comes any more, and who is there has met: the master cannot remove it.
      if (pid === null) fs.rmSync(folder, { recursive: true, force: true })
    })
    await mesh.open()
    const peers = await ipem.request<Peer[]>('parent', JOIN, id)
    for (const peer of peers) if (!gone.has(peer.id)) mesh.dial(peer)
    await this.#worker.startWith(this.#server)
    tellReady(this.nodes)
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
