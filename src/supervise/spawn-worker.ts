// Starts one cluster worker with a private link. It does not watch or restart it.

import type { Cluster, ClusterSettings } from 'node:cluster'
import { clusterModule } from '../builtin-modules.js'
import { IpemError } from '../errors.js'
import type { Spawned } from './child-spec.js'
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

type Settings = ClusterSettings & { cwd?: string | undefined }

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
  // Before the first fork the settings are empty; filled in now, as they would be then, they can be put back.
  if (cluster.settings.exec === undefined) cluster.setupPrimary()
  const { silent, stdio: own, cwd, exec }: Settings = cluster.settings
  const { stdio, fd } = withLinkSlot(own ?? (silent ? 'pipe' : 'inherit'))
  const restore = override(cluster, {
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

/** Set `settings` for the next fork. Nothing else can fork in between: all of this is synchronous. */
function override(cluster: Cluster, settings: Settings): () => void {
  const before: Settings = { ...cluster.settings }
  cluster.setupPrimary(settings)
  return () => {
    const keys = Object.keys(settings) as (keyof Settings)[]
    cluster.setupPrimary(Object.fromEntries(keys.map((key) => [key, before[key]])))
    // setupPrimary can only set, and a key with undefined would hide Node's own default.
    for (const key of keys) if (!(key in before)) delete cluster.settings[key]
  }
}
