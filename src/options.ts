// From the options a user gives to complete, checked, frozen ones.
// The rules and defaults stand in options-schema.ts, the wording of errors in options-check.ts.

import { IpemError } from './errors.js'
import { validateForkOptions, validateOptions, validateWorkerOptions } from './generated/validators.js'
import { check } from './options-check.js'
import type {
  ResolvedForkOptions,
  ResolvedOptions,
  ResolvedRestartOptions,
  ResolvedSocketOptions,
  ResolvedWorkerOptions,
} from './options-resolved.js'
import { FORK_SCHEMA, OPTIONS_SCHEMA, type OptionSchema, WORKER_SCHEMA } from './options-schema.js'
import type {
  ForkOptions,
  IpemOptions,
  Restart,
  RestartOptions,
  RestartType,
  SocketOptions,
  WorkerOptions,
} from './options-types.js'

/** @internal */
export type {
  ResolvedForkOptions,
  ResolvedLimitOptions,
  ResolvedOptions,
  ResolvedRestartOptions,
  ResolvedSocketOptions,
  ResolvedWorkerOptions,
} from './options-resolved.js'
export type {
  ForkOptions,
  IpemOptions,
  LimitOptions,
  Restart,
  RestartIntensity,
  RestartOptions,
  RestartType,
  SocketOptions,
  TlsOptions,
  WorkerOptions,
} from './options-types.js'

/**
 * The options of an ipem to which none were given.
 *
 * @internal
 */
export const defaults: ResolvedOptions = withDefaults()

/**
 * The options after one more call of `options()`. `socket` and `limits` are merged key by key, all others replaced.
 *
 * @internal
 * @throws ERR_IPEM_INVALID_OPTION with `option` and `value`
 */
export function normalizeOptions(previous: ResolvedOptions | undefined, given: IpemOptions): ResolvedOptions {
  check(validateOptions, OPTIONS_SCHEMA, given, 'options')
  const base = previous ?? defaults
  const socket = mergeSocket(base.socket, given.socket)
  return deepFreeze({
    ...base,
    ...present(given),
    restart: restartType(given.restart) ?? base.restart,
    intensity: given.intensity === undefined ? base.intensity : copy(given.intensity),
    schemas: given.schemas === undefined ? base.schemas : copySchemas(given.schemas),
    socket,
    limits: { ...base.limits, ...present(given.limits) },
    explicit: {
      name: base.explicit.name || given.name !== undefined,
      port: base.explicit.port || given.socket?.port !== undefined,
      socketPath: socket.socketPath !== null,
    },
  })
}

/**
 * @internal
 * @throws ERR_IPEM_INVALID_OPTION with `option` and `value`
 */
export function normalizeForkOptions(base: ResolvedOptions, given: ForkOptions = {}): ResolvedForkOptions {
  check(validateForkOptions, FORK_SCHEMA, given, 'options')
  const { cwd, env, execArgv, execPath, stdio, serialization, detached, signal } = given
  return Object.freeze({
    ...restartOptions(base, given),
    cwd,
    env: env && Object.freeze({ ...env }),
    execArgv: execArgv && Object.freeze([...execArgv]),
    execPath,
    stdio: Array.isArray(stdio) ? [...stdio] : stdio,
    serialization,
    detached,
    signal,
  })
}

/**
 * @internal
 * @throws ERR_IPEM_INVALID_OPTION with `option` and `value`
 */
export function normalizeWorkerOptions(base: ResolvedOptions, given: WorkerOptions = {}): ResolvedWorkerOptions {
  check(validateWorkerOptions, WORKER_SCHEMA, given, 'options')
  const { args, env, execArgv } = given
  return Object.freeze({
    ...restartOptions(base, given),
    args: args && Object.freeze([...args]),
    env: env && Object.freeze({ ...env }),
    execArgv: execArgv && Object.freeze([...execArgv]),
  })
}

function withDefaults(): ResolvedOptions {
  const { restart, schemas, ...rest } = defaultsOf(OPTIONS_SCHEMA) as unknown as ResolvedOptions & { restart: Restart }
  const explicit = { name: false, port: false, socketPath: false }
  return deepFreeze({ ...rest, restart: restartType(restart), schemas: copySchemas(schemas), explicit })
}

function defaultsOf(schema: OptionSchema): Record<string, unknown> {
  const entries = Object.entries(schema.properties ?? {}).map(([option, child]) => {
    const value = child.default === undefined && child.properties ? defaultsOf(child) : child.default
    return [option, value] as const
  })
  return Object.fromEntries(entries)
}

function restartOptions(base: ResolvedOptions, given: RestartOptions): ResolvedRestartOptions {
  return {
    restart: restartType(given.restart) ?? base.restart,
    delayRestart: given.delayRestart ?? base.delayRestart,
    intensity: given.intensity === undefined ? base.intensity : deepFreeze(copy(given.intensity)),
    stopTimeout: given.stopTimeout ?? base.stopTimeout,
    hangTimeout: given.hangTimeout ?? base.hangTimeout,
  }
}

function restartType(restart: Restart): RestartType
function restartType(restart: Restart | undefined): RestartType | undefined
function restartType(restart: Restart | undefined): RestartType | undefined {
  if (typeof restart !== 'boolean') return restart
  return restart ? 'permanent' : 'temporary'
}

function mergeSocket(base: ResolvedSocketOptions, given: SocketOptions = {}): ResolvedSocketOptions {
  const { cookie, tls } = given
  return {
    ...base,
    ...present(given),
    // Bytes cannot be frozen, so the one secret is a copy that nobody else can change.
    cookie: cookie === undefined ? base.cookie : Buffer.from(cookie as Uint8Array),
    tls: tls === undefined ? base.tls : copy(tls),
  }
}

function copySchemas(schemas: Readonly<Record<string, object | boolean>>): Readonly<Record<string, object | boolean>> {
  // Without a prototype, so that an event called `constructor` has no schema either.
  const copied: Record<string, object | boolean> = Object.create(null)
  for (const [event, schema] of Object.entries(schemas)) {
    try {
      if (schema !== undefined) copied[event] = structuredClone(schema)
    } catch (cause) {
      const option = `schemas.${event}`
      const message = `Expected \`${option}\` to be a JSON schema, it contains what is not JSON`
      throw new IpemError('ERR_IPEM_INVALID_OPTION', message, { option, value: schema, cause })
    }
  }
  return copied
}

/** The own entries that are not `undefined`. */
function present<T extends object>(given: T | undefined): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  const entries = Object.entries(given ?? {}).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [Key in keyof T]: Exclude<T[Key], undefined> }
}

/** Two levels deep, which is all there is. */
function copy<T extends object | null>(value: T): T {
  if (value === null) return value
  const entries = Object.entries(present(value)).map(([key, entry]) => [key, Array.isArray(entry) ? [...entry] : entry])
  return Object.fromEntries(entries) as T
}

/** Of data that is ours alone: what is frozen already is taken to be so all the way down. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value
  Object.freeze(value)
  for (const child of Object.values(value as object)) deepFreeze(child)
  return value
}
