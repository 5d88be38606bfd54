// Starts one cluster worker with a private link. It does not watch or restart it.

import { clusterModule } from '../builtin-modules.js'
import { IpemError } from '../errors.js'
import type { Spawned } from './child-spec.js'
import { fillSettings, overrideSettings, type Settings } from './cluster-settings.js'
import { LINK_VARIABLE, linkVariable, socketAt, withLinkSlot } from './link-slot.js'
import { findScriptError } from './script.js'

/** Everything else is in `cluster.settings`, which the user owns. */
export interface SpawnWorkerOptions {
  /** Added to the parent's environment, as in `cluster.fork`. */
  readonly env?: NodeJS.ProcessEnv
  /** Arguments of this worker. @default cluster.settings.args */
  readonly args?: readonly string[]
  /** @default cluster.settings.execArgv */
  readonly execArgv?: readonly string[]
  /** How often the worker has to show that its event loop turns. @default 0, never */
  readonly beatMs?: number
}

/**
 * Start a worker of the cluster that this process is the primary of.
 *
 * `cluster.settings` is as before when it returns.
 *
 * @throws ERR_IPEM_NOT_PRIMARY in a cluster worker
 */
export function spawnWorker(options: SpawnWorkerOptions): Spawned {
  const cluster = clusterModule()
  if (!cluster.isPrimary) {
    throw new IpemError('ERR_IPEM_NOT_PRIMARY', 'A cluster worker cannot fork cluster workers, use fork() there')
  }
  fillSettings(cluster)
  const { silent, stdio: own, cwd, exec }: Settings = cluster.settings
  const { stdio, fd } = withLinkSlot(own ?? (silent ? 'pipe' : 'inherit'))
  const restore = overrideSettings(cluster, {
    stdio,
    ...(options.args && { args: [...options.args] }),
    ...(options.execArgv && { execArgv: [...options.execArgv] }),
  })
  try {
    const worker = cluster.fork({ ...options.env, [LINK_VARIABLE]: linkVariable(fd, options.beatMs) })
    const child = worker.process
    // The worker repeats an `error` of its process, which would be thrown before whoever watches the process sees it.
    if (child.pid === undefined) worker.on('error', () => {})
    return {
      process: child,
      socket: socketAt(child, fd),
      worker,
      scriptError: () => findScriptError(exec ?? '', cwd),
    }
  } finally {
    restore()
  }
}
