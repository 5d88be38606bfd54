// What the tests of the configuration share: a machine with three cores, and the list of what is wrong. No test here.

import { IpemError } from '../../../src/errors.js'
import type { ServeConfig } from '../../../src/serve/config/config-types.js'
import { resolveConfig, type Sources } from '../../../src/serve/config/resolve.js'
import type { ResolvedConfig } from '../../../src/serve/config/resolved.js'

export const CORES = 3
export const CWD = '/srv/base'
export const INHERITED = ['--inherited']

interface Given {
  readonly file?: unknown
  readonly flags?: ServeConfig
  readonly env?: Sources['env']
  readonly configPath?: string
}

/** With an app, unless the file is no object or has one itself. */
export function resolve({ file = {}, flags = {}, env = {}, configPath }: Given): ResolvedConfig {
  const isObject = typeof file === 'object' && file !== null && !Array.isArray(file)
  const whole = isObject && !('workerApp' in file) && !('worker_app' in file) ? { worker_app: 'app.js', ...file } : file
  return resolveBare({ file: whole, flags, env, ...(configPath !== undefined && { configPath }) })
}

/** Just what is given. */
export function resolveBare({ file, flags = {}, env = {}, configPath }: Given): ResolvedConfig {
  return resolveConfig({ file, flags, env, configPath, cwd: CWD, cores: CORES, execArgv: INHERITED })
}

/** What is wrong, line by line; empty if nothing is. */
export function problemsOf(given: Given, how: typeof resolve = resolve): readonly string[] {
  try {
    how(given)
    return []
  } catch (error) {
    if (!(error instanceof IpemError) || error.code !== 'ERR_IPEM_CONFIG') throw error
    return error.problems as readonly string[]
  }
}
