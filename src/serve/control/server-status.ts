// What a master tells of itself when it is asked.

import fs from 'node:fs'
import { createRequire } from 'node:module'
import type { Master } from '../master/master.js'
import type { MasterState } from '../master/master-types.js'
import type { Phase } from '../master/plan.js'
import type { WorkerProcess } from '../master/worker-process.js'

/** One worker of a server. */
export interface WorkerStatus {
  /** Its number, from 0. */
  readonly id: number
  readonly osPid?: number | undefined
  readonly state: Phase
  /** 0 with the code of the start, one more with each reload. */
  readonly generation: number
  /** Seconds since its process was started. */
  readonly uptimeS: number
  /** Its memory that is in RAM. Not there where the system has no /proc. */
  readonly rssBytes?: number | undefined
}

/** A server, as its master sees it. */
export interface ServerStatus {
  /** Of the master. */
  readonly pid: number
  readonly state: MasterState
  /** It has started a new master, which lives. */
  readonly old: boolean
  /** Seconds since it was started. */
  readonly uptimeS: number
  /** Where it serves: `127.0.0.1:3000`, or the path of a Unix socket. */
  readonly addresses: readonly string[]
  /** The path of the app. */
  readonly app: string
  /** The path of the configuration file, if there is one. */
  readonly config?: string | undefined
  /** Of the ipem that the master runs. */
  readonly version: string
  /** How often it was reloaded. */
  readonly generation: number
  /** How many workers it is to have; how many it has is in `workers`. */
  readonly wantedWorkers: number
  /** Those that leave included. */
  readonly workers: readonly WorkerStatus[]
}

/** @internal */
export function statusOf(master: Master): ServerStatus {
  const { crew, config } = master
  return {
    pid: process.pid,
    state: master.state,
    old: master.old,
    uptimeS: inSeconds(master.uptimeMs),
    addresses: master.listeners.all.map(({ name }) => name),
    app: config.workerApp,
    ...(config.configPath !== undefined && { config: config.configPath }),
    version: version(),
    generation: crew.generation,
    wantedWorkers: crew.target,
    workers: crew.members.map(workerStatus),
  }
}

function workerStatus({ slot, osPid, phase, generation, startedAt }: WorkerProcess): WorkerStatus {
  const rssBytes = osPid === undefined ? undefined : rssOf(osPid)
  return {
    id: slot,
    ...(osPid !== undefined && { osPid }),
    state: phase,
    generation,
    uptimeS: inSeconds(performance.now() - startedAt),
    ...(rssBytes !== undefined && { rssBytes }),
  }
}

/** Of `status` and not of `statm`, which counts in pages of a size that Node does not tell. */
function rssOf(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s*(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
  } catch {
    return undefined
  }
}

function version(): string {
  const manifest = createRequire(import.meta.url)('ipem/package.json') as { version: string }
  return manifest.version
}

function inSeconds(ms: number): number {
  return Math.round(ms / 100) / 10
}
