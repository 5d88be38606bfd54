// What a master is made with, and what it can be doing.

import type { default as ipem } from '../../index.js'
import type { Origin } from '../config/read.js'
import type { ResolvedConfig } from '../config/resolved.js'
import type { Command } from './successor.js'

export type MasterState = 'starting' | 'running' | 'stopping' | 'stopped'

export interface MasterOptions {
  readonly bus: typeof ipem
  readonly origin: Origin
  readonly config: ResolvedConfig
  /** What SIGUSR2 starts. */
  readonly command: Command
  /** The process shows what it is: it is there for nothing else. */
  readonly titled: boolean
  /** The app is a script of its own that calls `listen()`. @default false */
  readonly direct?: boolean
  /** The private folder in which the nodes of `listen()` meet. */
  readonly folder?: string
  /** How many, whatever the configuration says. */
  readonly workers?: number
  /** It is to stop at once, also when it has stopped already and something else is left. */
  readonly onQuickStop?: () => void
  /** Replace workers that end by themselves. @default true */
  readonly restarting?: boolean
}
