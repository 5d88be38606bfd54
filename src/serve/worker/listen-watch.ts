// Which servers an app makes listen by itself: Node tells of every `listen()`, also of one that looks an address up first.

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type net from 'node:net'

const CHANNEL = 'tracing:net.server.listen'

export class ListenWatch {
  /** Told to listen, whether or not they do yet. */
  readonly servers = new Set<net.Server>()
  readonly #failed = new Set<net.Server>()
  #onChange: () => void = () => {}

  constructor() {
    subscribe(`${CHANNEL}:asyncStart`, this.#onStart)
    subscribe(`${CHANNEL}:error`, this.#onError)
  }

  /** Resolves when one of them listens, and the others do or cannot. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = () => {
        const listening = [...this.servers].filter(({ listening }) => listening)
        if (listening.length > 0 && listening.length + this.#failed.size >= this.servers.size) resolve()
      }
      this.#onChange()
    })
  }

  close(): void {
    unsubscribe(`${CHANNEL}:asyncStart`, this.#onStart)
    unsubscribe(`${CHANNEL}:error`, this.#onError)
  }

  readonly #onStart = (message: unknown): void => {
    const { server } = message as { server: net.Server }
    this.servers.add(server)
    server.once('listening', () => this.#onChange())
  }

  readonly #onError = (message: unknown): void => {
    const { server } = message as { server: net.Server }
    if (!server.listening) this.#failed.add(server)
    this.#onChange()
  }
}
