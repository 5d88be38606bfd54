// Where the master accepts, for `accept: 'round-robin'` and for `sticky: 'ip'`: it has to see every connection then.
//
// The socket that the master owns cannot be used for that: Node cannot stop accepting without closing, and a master
// without workers has to leave the queue to another master. Node has no dup(2) either, but a worker that is sent the
// socket and sends it back does the same.

import type { NativeConnection, NativeListener } from '../native-listener.js'

export type OnConnection = (key: string, connection: NativeConnection) => void

export class Acceptors {
  /** Copies of sockets, by the keys of these. */
  readonly #copies = new Map<string, NativeListener>()
  readonly #onConnection: OnConnection

  constructor(onConnection: OnConnection) {
    this.#onConnection = onConnection
  }

  get keys(): readonly string[] {
    return [...this.#copies.keys()]
  }

  has(key: string): boolean {
    return this.#copies.has(key)
  }

  /** Accepts from a copy, if there is none so far. */
  start(key: string, copy: NativeListener, backlog: number): void {
    if (this.#copies.has(key)) {
      copy.close()
      return
    }
    this.#copies.set(key, copy)
    copy.onconnection = (_status, connection) => {
      if (connection !== undefined) this.#onConnection(key, connection)
    }
    copy.listen(backlog)
  }

  /** What is in the queue waits there for whoever comes next. */
  stop(key: string): void {
    this.#copies.get(key)?.close()
    this.#copies.delete(key)
  }

  close(): void {
    for (const key of this.keys) this.stop(key)
  }
}
