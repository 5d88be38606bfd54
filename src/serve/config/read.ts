// A configuration as this process sees it: reads the file and looks whether what it names is there.

import fs from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { clusterModule } from '../../builtin-modules.js'
import { knowsReusePort } from '../native-listener.js'
import type { ServeConfig } from './config-types.js'
import { loadConfigFile } from './load-file.js'
import { configError, resolveConfig } from './resolve.js'
import type { PlainConfig, ResolvedConfig } from './resolved.js'

/** What stays the same when the configuration is read again. */
export interface Origin {
  readonly flags: ServeConfig
  /** Absolute. */
  readonly configPath: string | undefined
  readonly cwd: string
}

/** @throws ERR_IPEM_CONFIG */
export async function readConfig({ flags, configPath, cwd }: Origin): Promise<ResolvedConfig> {
  const file = configPath === undefined ? undefined : await loadConfigFile(configPath)
  const config = resolveConfig({
    flags,
    file,
    configPath,
    cwd,
    env: process.env,
    cores: availableParallelism(),
    execArgv: clusterModule().settings.execArgv ?? process.execArgv,
  })
  const problems = missing(config.plain)
  if (problems.length > 0) throw configError(problems, configPath)
  return config
}

function missing(config: PlainConfig): string[] {
  const problems: string[] = []
  if (config.accept === 'reuseport' && !knowsReusePort()) {
    problems.push(`\`accept\`: "reuseport" needs Node 22.12 or newer, this is ${process.versions.node}`)
  }
  if (!isDirectory(config.workingDirectory)) {
    problems.push(`\`working_directory\`: ${config.workingDirectory} is not a directory`)
  }
  const app = resolveApp(config.workerApp)
  if (app === undefined) problems.push(`\`worker_app\`: there is no file ${config.workerApp}`)
  for (const [key, file] of [
    ['stdout_path', config.stdoutPath],
    ['stderr_path', config.stderrPath],
    ['pidfile', config.pidfile],
  ] as const) {
    if (file === undefined) continue
    const folder = path.dirname(file)
    if (!isDirectory(folder)) problems.push(`\`${key}\`: there is no directory ${folder}`)
    else if (isDirectory(file)) problems.push(`\`${key}\`: ${file} is a directory`)
  }
  return problems
}

const EXTENSIONS = ['', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts']

/** The file that is meant: with its extension, and the one a folder stands for. */
export function resolveApp(app: string): string | undefined {
  const candidates = EXTENSIONS.flatMap((extension) => [app + extension])
  const folder = isDirectory(app) ? EXTENSIONS.slice(1).map((extension) => path.join(app, `index${extension}`)) : []
  return [...candidates, ...folder].find((file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile())
}

function isDirectory(name: string): boolean {
  return fs.statSync(name, { throwIfNoEntry: false })?.isDirectory() === true
}
