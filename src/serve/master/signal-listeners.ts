// Signals of this process to orders for the master. A handler only puts the order into the master's queue.

import { MASTER_SIGNALS, type MasterSignal } from '../signal-table.js'
import type { Master } from './master.js'

/** One Ctrl-C under `npm run` comes twice, from the terminal and from npm; that is not somebody who insists. */
const SAME_PRESS_MS = 300

export class SignalListeners {
  readonly #master: Master
  readonly #listeners = new Map<MasterSignal, () => void>()
  #lastInterruptAt = Number.NEGATIVE_INFINITY

  constructor(master: Master) {
    this.#master = master
    for (const signal of Object.keys(MASTER_SIGNALS) as MasterSignal[]) {
      const listener = (): void => this.#onSignal(signal)
      this.#listeners.set(signal, listener)
      process.on(signal, listener)
    }
  }

  close(): void {
    for (const [signal, listener] of this.#listeners) process.off(signal, listener)
    this.#listeners.clear()
  }

  #onSignal(signal: MasterSignal): void {
    const master = this.#master
    if (signal === 'SIGINT') {
      const now = performance.now()
      const same = now - this.#lastInterruptAt < SAME_PRESS_MS
      this.#lastInterruptAt = now
      if (same) return
    }
    const order = MASTER_SIGNALS[signal].order({
      style: master.config.signals,
      onTerminal: process.stdin.isTTY === true || process.stdout.isTTY === true || process.stderr.isTTY === true,
      stopping: master.stopping,
    })
    master.log.debug(`${signal}: ${order}`)
    master.order(order)
  }
}
