// The part of `listen()` in a process that the master has started: joins, meets the others, serves.

import fs from 'node:fs'
import type net from 'node:net'
import ipem, { IpemError } from '../../index.js'
import { joinBus } from '../worker/bus.js'
import { ServeWorker } from '../worker/worker.js'
import type { WorkerJob } from '../worker-job.js'
import { Mesh, type Peer } from './mesh.js'
import { Nodes } from './nodes.js'
import { GONE, JOIN } from './roster.js'
import { fail, tellReady } from './tell.js'

export class ChildNode {
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
