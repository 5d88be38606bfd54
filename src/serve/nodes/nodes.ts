// `listen()` as multi-node had it: the same script in several processes, one port, and a stream between each two.

import { EventEmitter } from 'eventemitter3'
import type { ServeConfig } from '../config/config-types.js'
import type { NodeStream } from './mesh.js'

/** What `listen()` takes. Source: the readme of multi-node. */
export interface NodesOptions {
  /** @default 80 */
  readonly port?: number | undefined
  /** @default '0.0.0.0' */
  readonly host?: string | undefined
  /**
   * How many processes serve, this one included if `masterListen`.
   * @default 1
   */
  readonly nodes?: number | undefined
  /**
   * The first process serves too.
   * @default true
   */
  readonly masterListen?: boolean | undefined
  /**
   * Who accepts, as in the configuration of `ipem serve`. Others than `'auto'` and `'shared'` need
   * `masterListen: false`.
   * @default 'auto'
   */
  readonly accept?: ServeConfig['accept']
  /** As in the configuration of `ipem serve`; needs `masterListen: false`. */
  readonly sticky?: ServeConfig['sticky']
  /**
   * A child that ends is replaced, under a new id.
   * @default true
   */
  readonly restartChildren?: boolean | undefined
}

export interface NodesEvents {
  /** A raw stream to another node: one for each, also for those that come later. Its `id` is that of the other node. */
  node: [stream: NodeStream]
  /** This process serves, and knows all nodes that were there before. */
  ready: []
  /** It does not. Thrown where nobody listens. */
  error: [error: Error]
}

/** The processes of an application, as one of them sees them. */
export class Nodes extends EventEmitter<NodesEvents> {
  /** This is the process that was started first, by a user. */
  readonly isMaster: boolean
  /** `master`, or `child-N`. A number is never used again. */
  readonly id: string
  readonly #streams: () => ReadonlyMap<string, NodeStream>
  readonly #close: () => Promise<void>

  /** @internal */
  constructor(id: string, streams: () => ReadonlyMap<string, NodeStream>, close: () => Promise<void>) {
    super()
    this.id = id
    this.isMaster = id === MASTER
    this.#streams = streams
    this.#close = close
  }

  /** The streams that are open, by the ids of the nodes at their other ends. */
  get streams(): ReadonlyMap<string, NodeStream> {
    return this.#streams()
  }

  /**
   * As with the answer of an `http.ClientRequest`: what nobody has asked for is thrown away, else it would stay open.
   *
   * @internal
   */
  welcome(stream: NodeStream): void {
    if (!this.emit('node', stream)) stream.resume()
  }

  /** Ends all of them in order, from the master; from a child that child alone. Resolves when it is done. */
  close(): Promise<void> {
    return this.#close()
  }
}

export const MASTER = 'master'
