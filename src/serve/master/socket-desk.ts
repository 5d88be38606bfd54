// Gives workers the sockets their servers ask for, and passes on the connections they hand in.

import type { PlainConfig } from '../config/resolved.js'
import type { ListenQuery, SentHandle, ToMaster } from '../handle-channel.js'
import { Exchange } from './exchange.js'
import { type Listeners, placeFor } from './listeners.js'
import type { WorkerProcess } from './worker-process.js'

/** EADDRINUSE, as libuv numbers it: what a server of Node makes the clearest error of. */
const EADDRINUSE = -98

export class SocketDesk {
  readonly exchange: Exchange
  readonly #listeners: Listeners
  readonly #config: () => PlainConfig
  readonly #onError: (error: unknown) => void

  constructor(
    listeners: Listeners,
    workers: () => readonly WorkerProcess[],
    config: () => PlainConfig,
    onError: (error: unknown) => void,
  ) {
    this.exchange = new Exchange(workers)
    this.#listeners = listeners
    this.#config = config
    this.#onError = onError
  }

  receive(worker: WorkerProcess, message: ToMaster, handle: SentHandle | undefined): void {
    if (message.act === 'listen') void this.#listen(worker, message.id, message.query)
    else if (message.act === 'taken') this.exchange.taken(message.id)
    else if (message.act === 'leaving') {
      worker.sealed = true
      worker.send({ act: 'last' })
    } else if (handle !== undefined) this.exchange.pass(message.key, handle, message.to)
  }

  async #listen(worker: WorkerProcess, id: number, query: ListenQuery): Promise<void> {
    const { places, placesGiven } = this.#config()
    const configured = placesGiven || query.key !== undefined ? places : []
    const found = placeFor(query, configured)
    if (found === null) {
      worker.send({ act: 'listen', id, key: '', errno: EADDRINUSE })
      return
    }
    const { key, place } = found
    try {
      const { handle } = await this.#listeners.open(place, key)
      worker.keys.add(key)
      worker.send({ act: 'listen', id, key, errno: 0 }, handle)
    } catch (error) {
      this.#onError(error)
      worker.send({ act: 'listen', id, key, errno: EADDRINUSE })
    }
  }
}
