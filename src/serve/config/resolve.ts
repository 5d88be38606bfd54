// From what was given (flags, a file, the environment) to a complete configuration, or to a list of what is wrong.
// Pure: reads no file and no variable by itself.

import path from 'node:path'
import { validateServeConfig } from '../../generated/serve-validators.js'
import { IpemError } from '../../index.js'
import { checkAll } from '../../options-check.js'
import { type Place, type PlaceDefaults, parsePlace } from '../listener.js'
import type { ListenerOptions, ServeConfig, ServeFacts } from './config-types.js'
import type { Hooks, ResolvedConfig } from './resolved.js'
import { camelCase, SERVE_SCHEMA, snakeCase } from './schema.js'

/** Where the parts of a configuration come from. Flags win over the file, the file over the environment. */
export interface Sources {
  readonly flags: ServeConfig
  /** As it was written, in either spelling; unchecked. */
  readonly file?: unknown
  readonly configPath?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly cores: number
  readonly execArgv: readonly string[]
}

const LOOPBACK = '127.0.0.1'
const DEFAULT_PORT = 1337

const HOOKS = ['beforeExec', 'beforeFork', 'afterFork', 'afterWorkerReady', 'afterWorkerExit'] as const

/**
 * @throws ERR_IPEM_CONFIG with `problems`, one line for each
 */
export function resolveConfig(sources: Sources): ResolvedConfig {
  const problems: string[] = []
  const file = checked(sources.file ?? {}, 'the configuration', problems)
  const flags = checked(sources.flags, 'the flags', problems)
  const env = fromEnvironment(sources.env, problems)
  const given = { ...env, ...file, ...flags } as ServeConfig
  if (problems.length === 0 && given.workerApp === undefined) {
    problems.push('Expected `worker_app` to be the path of the app, got nothing')
  }
  const places = problems.length === 0 ? placesOf(given, env.listenPort !== undefined, problems) : []
  if (problems.length > 0) throw configError(problems, sources.configPath)
  return complete(given, places, sources)
}

/** One error for all that is wrong. */
export function configError(problems: readonly string[], configPath: string | undefined, cause?: unknown): IpemError {
  const where = configPath === undefined ? '' : `${configPath}: `
  return new IpemError('ERR_IPEM_CONFIG', `${where}${problems.join('\n')}`, {
    problems,
    ...(configPath !== undefined && { path: configPath }),
    ...(cause !== undefined && { cause }),
  })
}

function checked(given: unknown, what: string, problems: string[]): Record<string, unknown> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    problems.push(`Expected ${what} to be an object, got ${Array.isArray(given) ? 'an array' : String(given)}`)
    return {}
  }
  const spelling = new Map<string, string>()
  const values: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue
    const name = camelCase(key)
    if (spelling.has(name)) problems.push(`\`${key}\` is given twice, as \`${spelling.get(name)}\` too`)
    spelling.set(name, key)
    values[name] = value
  }
  for (const { message } of checkAll(validateServeConfig, SERVE_SCHEMA, values, what)) {
    problems.push(message.replace(/`(\w+)/, (_, name: string) => `\`${spelling.get(name) ?? name}`))
  }
  return values
}

function fromEnvironment(env: Sources['env'], problems: string[]): Record<string, unknown> {
  const numbers: Record<string, unknown> = {}
  for (const [name, key, most] of [
    ['PORT', 'listenPort', 65535],
    ['WEB_CONCURRENCY', 'workers', 1024],
  ] as const) {
    const text = env[name]?.trim()
    if (text === undefined || text === '') continue
    const value = Number(text)
    if (key === 'workers' && text === 'auto') numbers[key] = text
    else if (Number.isInteger(value) && value >= (key === 'workers' ? 1 : 0) && value <= most) numbers[key] = value
    else problems.push(`Expected the variable ${name} to be an integer up to ${most}, got \`${text}\``)
  }
  return numbers
}

function placesOf(given: ServeConfig, fromPort: boolean, problems: string[]): readonly Place[] {
  const { listenAddr, listenPort, listenSock, listeners = [], backlog = 511 } = given
  // A platform that sets PORT means that it will call from elsewhere.
  const open = fromPort && listenAddr === undefined
  const { tcp = open ? 'tcp' : 'tcp4' } = given
  const defaults: PlaceDefaults = { family: tcp, host: listenAddr ?? (open ? undefined : LOOPBACK), backlog }
  const wanted: ListenerOptions[] = []
  if (listenPort !== undefined || (listenAddr !== undefined && listenSock === undefined && listeners.length === 0)) {
    wanted.push({ port: listenPort ?? DEFAULT_PORT })
  }
  if (listenSock !== undefined) wanted.push(typeof listenSock === 'string' ? { path: listenSock } : listenSock)
  wanted.push(...listeners)
  return wanted.flatMap((each) => {
    const place = parsePlace(each, defaults)
    if (place === null) problems.push(`Expected \`listeners\` to have ports, "host:port" and paths, got \`${each}\``)
    return place ?? []
  })
}

function complete(given: ServeConfig, places: readonly Place[], sources: Sources): ResolvedConfig {
  const workingDirectory = path.resolve(sources.cwd, given.workingDirectory ?? '.')
  const absolute = (file: string | undefined) => (file === undefined ? undefined : path.resolve(workingDirectory, file))
  const { workers = 'auto', tcp = 'tcp4', backlog = 511, daemonize = false } = given
  const fallback = parsePlace(DEFAULT_PORT, { family: tcp, host: LOOPBACK, backlog }) as Place
  const hooks: Record<string, unknown> = {}
  for (const name of HOOKS) if (given[name] !== undefined) hooks[name] = given[name]
  return {
    hooks: hooks as Hooks,
    plain: {
      configPath: sources.configPath,
      workerApp: absolute(given.workerApp) ?? '',
      args: given.args ?? [],
      nodeArgs: given.nodeArgs ?? sources.execArgv,
      workers: workers === 'auto' ? sources.cores : workers,
      places: places.map((place) =>
        place.kind === 'unix' ? { ...place, path: path.resolve(workingDirectory, place.path) } : place,
      ),
      placesGiven: places.length > 0,
      ...(places.length === 0 && { places: [fallback] }),
      timeout: given.timeout ?? 45,
      bootTimeout: given.bootTimeout ?? 60,
      stopDelay: given.stopDelay ?? 0,
      signals: given.signals ?? 'graceful',
      daemonize,
      workingDirectory,
      // Where a daemon's words go if nobody says where: nowhere.
      stdoutPath: absolute(given.stdoutPath),
      stderrPath: absolute(given.stderrPath),
      pidfile: absolute(given.pidfile),
      loglevel: given.loglevel ?? 'info',
      json: given.json ?? false,
      given: Object.fromEntries(Object.entries(given).filter(([name]) => !(name in hooks))),
    },
  }
}

/** What hooks and the app are given: every key in both spellings. */
export function factsOf({ plain, hooks }: ResolvedConfig): ServeFacts {
  const { given, places: _, placesGiven: __, ...rest } = plain
  const [first] = plain.places
  const tcp = first?.kind === 'tcp' ? { listenAddr: first.host, listenPort: first.port } : {}
  const facts: Record<string, unknown> = {}
  for (const [key, value] of Object.entries({ ...tcp, backlog: first?.backlog, ...given, ...rest, ...hooks })) {
    facts[key] = value
    facts[snakeCase(key)] = value
  }
  return Object.freeze(facts) as unknown as ServeFacts
}
