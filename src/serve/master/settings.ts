// What a master goes by at the moment, and what follows from it at once: its log, its files, its hooks.

import { IpemError } from '../../index.js'
import type { PlainConfig, ResolvedConfig } from '../config/resolved.js'
import type { Place } from '../listener.js'
import { Logger } from '../log/logger.js'
import { Outputs } from '../log/outputs.js'
import { callHook, type MasterHookCalls } from './hooks.js'
import { textOf } from './words.js'

export class Settings {
  readonly outputs: Outputs
  readonly log: Logger
  #config: ResolvedConfig

  /** @throws ERR_IPEM_CONFIG a log cannot be opened */
  constructor(config: ResolvedConfig) {
    this.#config = config
    try {
      this.outputs = new Outputs(config.plain)
    } catch (cause) {
      throw new IpemError('ERR_IPEM_CONFIG', textOf(cause), { problems: [textOf(cause)], cause })
    }
    this.log = new Logger(this.outputs.stderr, { level: config.plain.loglevel, json: config.plain.json })
  }

  get resolved(): ResolvedConfig {
    return this.#config
  }

  get plain(): PlainConfig {
    return this.#config.plain
  }

  /** @throws the error of the file system, where a log cannot be opened; all is as before then */
  change(config: ResolvedConfig): void {
    this.outputs.configure(config.plain)
    this.#config = config
    this.log.style = { level: config.plain.loglevel, json: config.plain.json }
  }

  /** Where to serve, if nobody says otherwise. */
  suggest(places: readonly Place[]): void {
    const { plain, hooks } = this.#config
    if (plain.placesGiven || places.length === 0) return
    this.#config = { plain: { ...plain, places, placesGiven: true }, hooks }
  }

  /** @throws ERR_IPEM_HOOK */
  hook<Name extends keyof MasterHookCalls>(name: Name, ...args: MasterHookCalls[Name]): Promise<void> {
    return callHook(this.#config, name, ...args)
  }
}
