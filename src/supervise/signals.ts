// SIGTERM and SIGINT of a process that has children: stop them in order, then die of the same signal.
// How children are stopped is the owner's; this only listens, and makes the exit status right.

import { constants } from 'node:os'
import { type Clock, systemClock } from './clock.js'

type HandledSignal = 'SIGTERM' | 'SIGINT'

const HANDLED: readonly HandledSignal[] = ['SIGTERM', 'SIGINT']

/** The part of `process` that is used. */
export interface SignalHost {
  readonly pid: number
  prependListener(signal: HandledSignal, listener: NodeJS.SignalsListener): unknown
  off(signal: HandledSignal, listener: NodeJS.SignalsListener): unknown
  listenerCount(signal: HandledSignal): number
  kill(pid: number, signal: HandledSignal): unknown
  exit(code: number): void
}

export interface SignalsOptions {
  /** The `signals` option. With false nothing is ever listened to. */
  readonly enabled: boolean
  /**
   * The ordered stop. Whatever becomes of it, the process dies afterwards, and `exit` listeners do not run then: what
   * must not be lost is flushed here.
   */
  stop(signal: NodeJS.Signals): Promise<unknown>
  /** Kill all children at once. */
  kill(): void
  readonly clock?: Clock
  readonly host?: SignalHost
}

/** One Ctrl-C under `npm run` comes twice, from the terminal and from npm; that is not somebody who insists. */
const SAME_PRESS_MS = 300

/** How long a signal may take to end this process, before it is taken for one that cannot. */
const DEATH_MS = 100

export class Signals {
  readonly #options: SignalsOptions
  readonly #clock: Clock
  readonly #host: SignalHost
  #listening = false
  #ignoring = false
  #stoppingSince: number | null = null

  constructor(options: SignalsOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#host = options.host ?? process
  }

  /** Listen while there are children, and only then. */
  watch(children: boolean): void {
    if (!this.#options.enabled || children === this.#listening) return
    // Once stopping, a second signal must still find us, until the end.
    if (!children && this.#stoppingSince !== null) return
    this.#listening = children
    for (const signal of HANDLED) {
      // In front: a `once` listener of the user's has already gone when one behind it looks.
      if (children) this.#host.prependListener(signal, this.#onSignal)
      else this.#host.off(signal, this.#onSignal)
    }
  }

  /**
   * Outlive SIGINT. A terminal sends it to the whole foreground group, parents and children alike; the parent then
   * stops its children in order, by SIGTERM. For as long as it lives.
   */
  ignoreInterrupt(): void {
    if (!this.#options.enabled || this.#ignoring) return
    this.#ignoring = true
    this.#host.prependListener('SIGINT', ignore)
  }

  /** The parent is gone: SIGINT means this process again. */
  heedInterrupt(): void {
    if (!this.#ignoring) return
    this.#ignoring = false
    this.#host.off('SIGINT', ignore)
  }

  /** Remove all listeners. */
  close(): void {
    this.#stoppingSince = null
    this.watch(false)
    this.heedInterrupt()
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    const handled = signal as HandledSignal
    if (this.#stoppingSince !== null) this.#onAnother(handled, this.#clock.now() - this.#stoppingSince)
    else if (this.#usersListeners(handled) === 0 && !(handled === 'SIGINT' && this.#ignoring)) this.#stop(handled)
  }

  #stop(signal: HandledSignal): void {
    this.#stoppingSince = this.#clock.now()
    const die = () => {
      if (this.#stoppingSince !== null) this.#die(signal)
    }
    this.#options.stop(signal).then(die, die)
  }

  #onAnother(signal: HandledSignal, sinceMs: number): void {
    if (sinceMs < SAME_PRESS_MS) return
    this.#options.kill()
    this.#die(signal)
  }

  #usersListeners(signal: HandledSignal): number {
    const ours = 1 + (signal === 'SIGINT' && this.#ignoring ? 1 : 0)
    return this.#host.listenerCount(signal) - ours - signalExitListeners()
  }

  #die(signal: HandledSignal): void {
    this.close()
    this.#host.kill(this.#host.pid, signal)
    // Still here: a listener the user added meanwhile decides now. Without one this is PID 1 of a container, for which
    // the kernel drops signals that are not handled.
    this.#clock.setTimeout(() => {
      if (this.#host.listenerCount(signal) === 0) this.#host.exit(128 + constants.signals[signal])
    }, DEATH_MS)
  }
}

function ignore(): void {}

/**
 * The package signal-exit, a dependency of very many, listens to these signals without handling them: where somebody
 * else listens too it waits for them to act. If we took it for a handler of the user's nobody would, and the process
 * could not be ended. Its versions 3 and 4 count their listeners at these two places.
 */
function signalExitListeners(): number {
  const third = (process as unknown as Record<string, unknown>).__signal_exit_emitter__
  const fourth = (globalThis as Record<symbol, unknown>)[Symbol.for('signal-exit emitter')]
  return countOf(third) + countOf(fourth)
}

function countOf(emitter: unknown): number {
  const count = (emitter as { count?: unknown } | undefined)?.count
  return typeof count === 'number' ? count : 0
}
