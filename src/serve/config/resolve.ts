// From what was given (flags, a file, the environment) to a complete configuration, or to a list of what is wrong.
// Pure: reads no file and no variable by itself.

import path from 'node:path'
import { validateServeConfig } from '../../generated/serve-validators.js'
import { IpemError } from '../../index.js'
import { checkAll } from '../../options-check.js'
import { type Place, type PlaceDefaults, parsePlace } from '../listener.js'
import type { ListenerOptions, ServeConfig, ServeFacts } from './config-types.js'
import type { Hooks, ResolvedConfig } from './resolved.js'
import { camelCase, MAX_SOCKET_PATH, SERVE_SCHEMA, snakeCase } from './schema.js'

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
  const file =
    sources.file === undefined && sources.configPath === undefined
      ? {}
      : checked(sources.file, 'the configuration', problems)
  const flags = checked(sources.flags, 'the flags', problems)
  for (const name of ['afterFork', 'afterWorkerReady'] as const) {
    // A function cannot travel to another process.
    if (flags[name] !== undefined)
      problems.push(`\`${name}\` runs in the workers, so it has to stand in a file: \`config\``)
  }
  const said = { ...file, ...flags } as ServeConfig
  const env = fromEnvironment(said, sources.env, problems)
  const given = { ...env, ...said }
  if (problems.length === 0 && given.workerApp === undefined) {
    problems.push('Expected `worker_app` to be the path of the app, got nothing')
  }
  const places = problems.length === 0 ? placesOf(given, env.listenPort !== undefined, sources.cwd, problems) : []
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
  const snaky = [...spelling.values()].some((key) => key.includes('_'))
  for (const { message } of checkAll(validateServeConfig, SERVE_SCHEMA, values, what)) {
    const spelt = message.replace(/`(\w+)/, (_, name: string) => `\`${spelling.get(name) ?? name}`)
    // A suggestion in the spelling of the others.
    problems.push(snaky ? spelt.replace(/(?<=did you mean `)\w+/, snakeCase) : spelt)
  }
  return values
}

/** What nobody has said: how many workers, and where. */
function fromEnvironment(said: ServeConfig, env: Sources['env'], problems: string[]): ServeConfig {
  const [PORT = '', WEB_CONCURRENCY = ''] = [env.PORT?.trim(), env.WEB_CONCURRENCY?.trim()]
  const found: { listenPort?: number; workers?: number | 'auto' } = {}
  const somewhere = said.listenPort !== undefined || said.listenSock !== undefined || said.listeners !== undefined
  if (PORT !== '' && !somewhere) {
    if (/^\d{1,5}$/.test(PORT) && Number(PORT) <= 65535) found.listenPort = Number(PORT)
    else problems.push(`Expected the variable PORT to be a port, an integer 0–65535, got "${PORT}"`)
  }
  if (WEB_CONCURRENCY !== '' && said.workers === undefined) {
    if (WEB_CONCURRENCY === 'auto') found.workers = 'auto'
    else if (/^[1-9]\d{0,3}$/.test(WEB_CONCURRENCY) && Number(WEB_CONCURRENCY) <= 1024)
      found.workers = Number(WEB_CONCURRENCY)
    else problems.push(`Expected the variable WEB_CONCURRENCY to be an integer 1–1024, got "${WEB_CONCURRENCY}"`)
  }
  return found
}

function placesOf(given: ServeConfig, fromPort: boolean, cwd: string, problems: string[]): readonly Place[] {
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
    const where = place?.kind === 'unix' ? path.resolve(cwd, given.workingDirectory ?? '.', place.path) : ''
    if (Buffer.byteLength(where) > MAX_SOCKET_PATH || where.includes('\0')) {
      problems.push(`Expected the path of a socket to have at most ${MAX_SOCKET_PATH} bytes, got ${where}`)
    }
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
      accept: given.accept ?? 'auto',
      sticky: given.sticky,
      maxRequests: given.maxRequests ?? 0,
      maxMemory: given.maxMemory ?? 0,
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
  const tcp = first?.kind === 'tcp' ? { tcp: first.family, listenAddr: first.host, listenPort: first.port } : {}
  const facts: Record<string, unknown> = {}
  for (const [key, value] of Object.entries({ ...tcp, backlog: first?.backlog, ...given, ...rest, ...hooks })) {
    facts[key] = value
    facts[snakeCase(key)] = value
  }
  return Object.freeze(facts) as unknown as ServeFacts
}
