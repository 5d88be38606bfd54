// The way from another process to running servers: to one, and to all of them.

import { IpemError } from '../../index.js'
import { textOf } from '../master/words.js'
import { ServerControl } from './control-client.js'
import { type FoundServer, findServer, findServers, noServer, type ServerChoice } from './find-servers.js'
import type { ServerStatus } from './server-status.js'

/** What `connectServer()` takes. */
export interface ConnectOptions extends ServerChoice {
  /**
   * Milliseconds for each answer. Without it 5 s, and what may take long (`reload`, `scale`, `stop`) as long as it takes.
   */
  readonly timeoutMs?: number | undefined
}

/** A server of this user. */
export type ListedServer =
  | ({ readonly answers: true } & ServerStatus)
  | {
      readonly answers: false
      /** Of the master. */
      readonly pid: number
      readonly reason: string
    }

const LIST_MS = 2000

/**
 * Joins a running server of this user, to control it: the one with this pid or pidfile, or the only one there is.
 *
 * ```ts
 * await using server = await connectServer({ pidfile: '/run/shop.pid' })
 * await server.reload()
 * ```
 *
 * Not from a process that has a parent on a bus, a worker for instance.
 *
 * @throws ERR_IPEM_NO_SERVER there is none, or there are several; `pids` has theirs
 * @throws ERR_IPEM_TIMEOUT it does not answer
 */
export async function connectServer(options: ConnectOptions = {}): Promise<ServerControl> {
  return ServerControl.connect(await chosen(options), options.timeoutMs)
}

/**
 * All servers of this user that can be controlled, by their pids. One that does not answer in time is there too, with
 * `answers: false`.
 *
 * @param options.timeoutMs 2 s if not given
 * @throws ERR_IPEM_NO_SERVER the folder of their sockets is not a private one of this user
 */
export async function listServers({
  timeoutMs = LIST_MS,
}: {
  readonly timeoutMs?: number | undefined
} = {}): Promise<ListedServer[]> {
  const servers = await findServers()
  return Promise.all(servers.map((server) => listed(server, timeoutMs)))
}

async function chosen(choice: ServerChoice): Promise<FoundServer> {
  try {
    return await findServer(choice)
  } catch (error) {
    if (!(error instanceof IpemError) || (error.pids as number[] | undefined)?.length === 0) throw error
    // Who has to choose wants to know what they are.
    const servers = await listServers()
    const lines = servers.map((server) => `\n  ${server.pid}  ${server.answers ? place(server) : server.reason}`)
    throw noServer(
      `${servers.length} servers run, say which by its pid:${lines.join('')}`,
      servers.map(({ pid }) => pid),
    )
  }
}

function place({ addresses, app, old }: ServerStatus): string {
  return `${addresses.join(', ')}  ${app}${old ? '  (old)' : ''}`
}

async function listed(server: FoundServer, timeoutMs: number): Promise<ListedServer> {
  try {
    await using control = await ServerControl.connect(server, timeoutMs)
    return { answers: true, ...(await control.status()) }
  } catch (error) {
    return { answers: false, pid: server.pid, reason: textOf(error) }
  }
}
