// The server a user holds: orders to the master and a look at it.

import type { Master } from './master/master.js'
import type { Phase } from './master/plan.js'

/** One worker as it is at the moment. */
export interface WorkerInfo {
  /** Its number, from 0. */
  readonly id: number
  readonly osPid: number | undefined
  /** In the tree of `ipem`; null while it is not in it. */
  readonly pid: string | null
  readonly state: Phase
  /** 0 with the code of the start, one more with each reload. */
  readonly generation: number
}

/** A server of many processes. Made by `serve()`. */
export class ServeServer {
  readonly #master: Master
  readonly #closed: Promise<void>

  /** @internal */
  constructor(master: Master, closed: Promise<void>) {
    this.#master = master
    this.#closed = closed
  }

  /** Where it serves: `127.0.0.1:3000`, or the path of a Unix socket. */
  get addresses(): readonly string[] {
    return this.#master.listeners.all.map(({ name }) => name)
  }

  get workers(): readonly WorkerInfo[] {
    return this.#master.crew.members.map(({ slot, osPid, pid, phase, generation }) => ({
      id: slot,
      osPid,
      pid,
      state: phase,
      generation,
    }))
  }

  /** Resolves when everything has ended, whatever ended it. */
  get closed(): Promise<void> {
    return this.#closed
  }

  /**
   * As SIGHUP: reads the configuration again and replaces the workers one by one, without losing a request. Resolves
   * when all of them have the new code.
   *
   * @throws ERR_IPEM_CONFIG, ERR_IPEM_LISTEN, ERR_IPEM_APP; those with the old code go on then
   */
  reload(): Promise<void> {
    return this.#master.reload()
  }

  /** So many workers from now on, 0–1024. */
  scale(workers: number): void {
    this.#master.scale(workers)
  }

  /** As SIGUSR1: opens the log files anew. */
  reopenLogs(): void {
    this.#master.order('reopen-logs')
  }

  /** As SIGUSR2: starts the command of this process once more, on the same sockets. */
  upgrade(): void {
    this.#master.order('upgrade')
  }

  /** Finishes the requests, at most for `timeout`, and ends; with `{ quick: true }` at once. Resolves when all has ended. */
  stop({ quick = false }: { readonly quick?: boolean } = {}): Promise<void> {
    this.#master.order(quick ? 'quick-stop' : 'stop')
    return this.closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}
