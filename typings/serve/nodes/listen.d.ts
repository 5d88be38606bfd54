import type net from 'node:net';
import type { Nodes, NodesOptions } from './nodes.js';
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
export declare function listen(options: NodesOptions, server: net.Server): Nodes;
