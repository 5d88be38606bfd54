// One master after the other: the one before this one, the one that SIGUSR2 has started, and the pidfile, which tells
// the others which of them it is.

import type { Logger } from '../log/logger.js'
import { takeInheritance } from './inheritance.js'
import type { Listeners } from './listeners.js'
import { Pidfile } from './pidfile.js'
import { type Command, Successor } from './successor.js'
import { textOf } from './words.js'

export class Succession {
  readonly #command: Command
  readonly #titled: boolean
  readonly #log: Logger
  #pidfile: Pidfile | null = null
  /** Who has started this one. */
  #predecessor: number | null = null
  #successor: Successor | null = null

  /** @param titled the title of the process says what it is */
  constructor(command: Command, titled: boolean, log: Logger) {
    this.#command = command
    this.#titled = titled
    this.#log = log
  }

  /** A new master is on its way, or has taken over. */
  get old(): boolean {
    return this.#successor?.alive === true
  }

  /** Another master has the same sockets. */
  get shared(): boolean {
    // When a parent has ended, its children have another one at once.
    return this.old || this.#predecessor === process.ppid
  }

  /**
   * Takes what the one before has left.
   *
   * @throws ERR_IPEM_RUNNING, ERR_IPEM_LISTEN
   */
  begin(listeners: Listeners, pidfile: string | undefined): void {
    this.#entitle()
    this.#predecessor = takeInheritance(listeners).oldPid
    if (pidfile !== undefined) this.#pidfile = new Pidfile(pidfile)
  }

  /** Starts another one beside this one. */
  upgrade(listeners: Listeners): void {
    this.#pidfile?.retire()
    try {
      this.#successor = new Successor(this.#command, listeners.handOver(), (how) => {
        this.#log.error(`The new master has ended: ${how}; this one goes on`)
        this.#goOn()
      })
      this.#log.info(`Started a new master: ${this.#successor.pid}`)
      this.#entitle()
    } catch (error) {
      this.#log.error(`Cannot start a new master: ${textOf(error)}`)
      this.#goOn()
    }
  }

  /** Says who is in the way of an upgrade; null: nobody. */
  get other(): number | null {
    if (!this.shared) return null
    return this.#successor?.pid ?? this.#predecessor
  }

  end(): void {
    this.#pidfile?.remove()
  }

  #goOn(): void {
    this.#pidfile?.restore()
    this.#entitle()
  }

  #entitle(): void {
    if (this.#titled) process.title = `ipem serve: master${this.old ? ' (old)' : ''}`
  }
}
