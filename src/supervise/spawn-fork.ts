// Starts one process with child_process.fork and a private link. It does not watch or restart it.

import type { ForkOptions } from 'node:child_process'
import { childProcessModule } from '../builtin-modules.js'
import type { Spawned } from './child-spec.js'
import { LINK_VARIABLE, linkVariable, socketAt, withLinkSlot } from './link-slot.js'
import { findScriptError } from './script.js'

/** What is passed on to `child_process.fork` as it is, but for the link's slot in `stdio` and its variable in `env`. */
export interface SpawnForkOptions {
  /** @default the parent's */
  readonly cwd?: string | URL
  /** All of the child's environment, as in `child_process.fork`. @default the parent's */
  readonly env?: NodeJS.ProcessEnv
  /** @default process.execPath */
  readonly execPath?: string
  /** @default process.execArgv */
  readonly execArgv?: readonly string[]
  /** @default 'inherit' */
  readonly stdio?: ForkOptions['stdio']
  /** Of the user's own messages over `process.send`. @default 'json' */
  readonly serialization?: 'json' | 'advanced'
  /** @default false */
  readonly detached?: boolean
  /** How often the child has to show that its event loop turns. @default 0, never */
  readonly beatMs?: number
}

/**
 * Start `path` as a child process.
 *
 * A `cwd` or `execPath` that does not exist is an `error` event of the process, without `exit`; a script that does
 * not exist is exit code 1.
 */
export function spawnFork(path: string | URL, args: readonly string[], options: SpawnForkOptions): Spawned {
  // Picked one by one: `signal` and `timeout` of Node would kill behind the back of whoever watches the process.
  const { cwd, execPath, execArgv, serialization, detached } = options
  const { stdio, fd } = withLinkSlot(options.stdio)
  const env = { ...(options.env ?? process.env), [LINK_VARIABLE]: linkVariable(fd, options.beatMs) }
  const child = childProcessModule().fork(path, args, {
    cwd,
    execPath,
    execArgv,
    serialization,
    detached,
    stdio,
    env,
  } as ForkOptions)
  return {
    process: child,
    socket: socketAt(child, fd),
    scriptError: () => findScriptError(path, options.cwd),
  }
}
