// New code and a new configuration: what a reload changes at once, and how it ends.

import { Deferred } from '../../supervise/deferred.js'
import { type Origin, readConfig } from '../config/read.js'
import { graceMs, type PlainConfig } from '../config/resolved.js'
import { placeKey } from '../listener.js'
import type { Crew } from './crew.js'
import type { Listeners } from './listeners.js'
import type { Settings } from './settings.js'
import { Waiting } from './waiting.js'
import { textOf } from './words.js'

export interface ReloadingParts {
  readonly origin: Origin
  readonly settings: Settings
  readonly listeners: Listeners
  readonly crew: Crew
  /** How many, whatever the configuration says. */
  readonly workers: number | undefined
  /** Lets go of a socket that is not wanted any more. */
  close(key: string): void
}

export class Reloading {
  readonly #parts: ReloadingParts
  /** Until the workers have new code. */
  readonly #waiting = new Waiting()
  #generation = 0

  constructor(parts: ReloadingParts) {
    this.#parts = parts
  }

  /** What a configuration means at the start and after each reload. @throws ERR_IPEM_LISTEN */
  async apply(): Promise<void> {
    const { settings, listeners, crew, workers } = this.#parts
    settings.suggest(listeners.unclaimed)
    await this.#open(settings.plain)
    crew.idleMs = graceMs(settings.plain)
    crew.target = workers ?? settings.plain.workers
  }

  /** @param done rejected where all goes on as before; else resolved when all workers have the new code */
  async begin(done: Deferred<void> = new Deferred()): Promise<void> {
    const { settings, crew, origin } = this.#parts
    settings.log.info('Reloading')
    try {
      const config = await readConfig(origin)
      await this.#open(config.plain)
      settings.change(config)
      await this.apply()
    } catch (error) {
      settings.log.error(`Cannot reload, all goes on as before: ${textOf(error)}`)
      done.reject(error as Error)
      return
    }
    crew.generation = ++this.#generation
    crew.clearWaiting()
    void this.#waiting.add(done)
  }

  /** A worker does not start. Those with the old code go on, if it was to have new code, or to take another one's place. */
  failed(failure: Error, replacing: boolean): void {
    if (this.#waiting.size === 0 && !replacing) return
    const { settings, crew } = this.#parts
    settings.log.error('The app does not start with its new code: those with the old code go on')
    crew.giveUpReload()
    this.#waiting.reject(failure)
  }

  /** Everybody who is wanted serves with the newest code. */
  settled(): void {
    if (this.#waiting.size === 0) return
    const { settings, listeners, close } = this.#parts
    const wanted = new Set(settings.plain.places.map(placeKey))
    for (const { key, place } of listeners.all) {
      if (key === placeKey(place) && !wanted.has(key)) close(key)
    }
    settings.log.info('Reloaded')
    this.#waiting.resolve()
  }

  end(error: Error): void {
    this.#waiting.reject(error)
  }

  async #open({ placesGiven, places, accept }: PlainConfig): Promise<void> {
    if (!placesGiven) return
    for (const place of places)
      await this.#parts.listeners.open(place, placeKey(place), accept === 'reuseport' && place.kind === 'tcp')
  }
}
