// The options as the other parts of ipem read them: complete, checked, frozen. Types only.

import type {
  ForkOptions,
  IpemOptions,
  LimitOptions,
  RestartOptions,
  RestartType,
  SocketOptions,
  WorkerOptions,
} from './options-types.js'

/** Every option present; what has no default stays possibly `undefined`. */
type Present<T, Open extends keyof T = never> = {
  readonly [Key in keyof T]-?: Key extends Open ? T[Key] | undefined : Exclude<T[Key], undefined>
}

export interface ResolvedRestartOptions extends Omit<Present<RestartOptions>, 'restart'> {
  readonly restart: RestartType
}

export interface ResolvedSocketOptions extends Omit<Present<SocketOptions>, 'cookie'> {
  readonly cookie: Buffer | undefined
}

export type ResolvedLimitOptions = Present<LimitOptions>

/** Options after all calls of `options()`: complete, checked and deeply frozen. */
export interface ResolvedOptions
  extends ResolvedRestartOptions,
    Present<Omit<IpemOptions, keyof RestartOptions | 'socket' | 'limits'>, 'name'> {
  readonly socket: ResolvedSocketOptions
  readonly limits: ResolvedLimitOptions
  /** Which of the options that decide where to meet were given and are not just the default. */
  readonly explicit: { readonly port: boolean; readonly socketPath: boolean; readonly name: boolean }
}

type Open<T> = { readonly [Key in keyof T]-?: T[Key] | undefined }

export interface ResolvedForkOptions extends ResolvedRestartOptions, Open<Omit<ForkOptions, keyof RestartOptions>> {}

export interface ResolvedWorkerOptions
  extends ResolvedRestartOptions,
    Open<Omit<WorkerOptions, keyof RestartOptions>> {}
