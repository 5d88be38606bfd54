// `listen()` of multi-node: in the first process a master with workers that run the same script, in those the workers; in
// all of them the mesh of streams.

import type net from 'node:net'
import { clusterModule } from '../../builtin-modules.js'
import { IpemError } from '../../index.js'
import { takeJob } from '../worker-job.js'
import { ChildNode } from './child-node.js'
import { MasterNode } from './master-node.js'
import type { Nodes, NodesOptions } from './nodes.js'

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
 * @throws ERR_IPEM_NOT_PRIMARY in a cluster worker that it has not made
 * @throws ERR_IPEM_ALREADY_STARTED this process has called it before, and not closed what came of it
 * @param server an `http.Server` or any other that `net` knows, which does not listen so far
 */
export function listen(options: NodesOptions, server: net.Server): Nodes {
  // In a child it would look like the first process of another tree, and start children of its own.
  if (present !== null) throw new IpemError('ERR_IPEM_ALREADY_STARTED', 'This process has called listen() already')
  const job = takeJob()
  if (job === null && clusterModule().isWorker) {
    throw new IpemError(
      'ERR_IPEM_NOT_PRIMARY',
      'listen() makes its own processes, and not in the worker of somebody else',
    )
  }
  const over = (): void => {
    present = null
  }
  const node = job === null ? new MasterNode(options, server, over) : new ChildNode(job, server)
  present = node.nodes
  void node.begin()
  return node.nodes
}

/** One for a process: the port, the signals and the name in the mesh are. */
let present: Nodes | null = null
