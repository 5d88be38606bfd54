// Calls the functions of a configuration that run in the master.

import { IpemError } from '../../index.js'
import type { WorkerExit } from '../config/config-types.js'
import { factsOf } from '../config/resolve.js'
import type { ResolvedConfig } from '../config/resolved.js'
import { textOf } from './words.js'

export interface MasterHookCalls {
  beforeExec: []
  beforeFork: [id: number]
  afterWorkerExit: [id: number, exit: WorkerExit]
}

/** @throws ERR_IPEM_HOOK with the hook's own error as `cause` */
export async function callHook<Name extends keyof MasterHookCalls>(
  config: ResolvedConfig,
  name: Name,
  ...args: MasterHookCalls[Name]
): Promise<void> {
  const hook = config.hooks[name] as ((facts: unknown, ...args: unknown[]) => unknown) | undefined
  try {
    await hook?.(factsOf(config), ...args)
  } catch (cause) {
    throw new IpemError('ERR_IPEM_HOOK', `${name}: ${textOf(cause)}`, { hook: name, cause })
  }
}
