// Which masters of this user listen for control. Looks at the files and calls them; asks nobody anything.

import fs from 'node:fs'
import { netModule } from '../../builtin-modules.js'
import { IpemError } from '../../index.js'
import { identityOf, removeFile } from '../../join/socket-file.js'
import { isAlive, readPid } from '../master/pidfile.js'
import { type ControlFolder, controlFolder, folderProblem, socketFile } from './control-folder.js'

/** A socket at which somebody listens. */
export interface FoundServer {
  /** Of the master. */
  readonly pid: number
  readonly file: string
}

/** Which one is meant; with neither, the only one there is. */
export interface ServerChoice {
  /** Of the master. */
  readonly pid?: number | undefined
  /** Its pidfile. */
  readonly pidfile?: string | undefined
}

/**
 * All of this user, by their pids. What those who were killed have left behind is removed.
 *
 * @throws ERR_IPEM_NO_SERVER the folder cannot be trusted
 */
export async function findServers(folder: ControlFolder | null = controlFolder()): Promise<FoundServer[]> {
  if (folder === null || !isUsable(folder)) return []
  const pids = fs
    .readdirSync(folder.path)
    .filter((name) => /^[1-9]\d*$/.test(name))
    .map(Number)
    .sort((a, b) => a - b)
  const found = await Promise.all(pids.map((pid) => look(folder, pid)))
  return found.filter((server) => server !== null)
}

/** @throws ERR_IPEM_NO_SERVER it is not there, or none is, or several are; `pids` are those that are */
export async function findServer({ pid, pidfile }: ServerChoice): Promise<FoundServer> {
  const wanted = pid ?? (pidfile === undefined ? undefined : pidIn(pidfile))
  const folder = controlFolder()
  if (wanted !== undefined) {
    const server = folder === null || !isUsable(folder) ? null : await look(folder, wanted)
    if (server === null) throw noServer(`No server with pid ${wanted} can be controlled by this user`, [], wanted)
    return server
  }
  const servers = await findServers(folder)
  const [only] = servers
  if (only === undefined) throw noServer('No server runs', [])
  if (servers.length > 1) {
    const pids = servers.map((server) => server.pid)
    throw noServer(`${pids.length} servers run, say which by its pid: ${pids.join(', ')}`, pids)
  }
  return only
}

export function noServer(message: string, pids: readonly number[], pid?: number): IpemError {
  return new IpemError('ERR_IPEM_NO_SERVER', message, { pids, ...(pid !== undefined && { pid }) })
}

/** @throws ERR_IPEM_NO_SERVER */
function pidIn(file: string): number {
  const pid = readPid(file)
  if (pid === undefined) throw noServer(`There is no pid in ${file}`, [])
  return pid
}

/** @throws ERR_IPEM_NO_SERVER */
function isUsable(folder: ControlFolder): boolean {
  const problem = folderProblem(folder)
  if (typeof problem === 'string') throw noServer(`No server can be controlled: ${problem}`, [])
  return problem === null
}

async function look(folder: ControlFolder, pid: number): Promise<FoundServer | null> {
  const file = socketFile(folder, pid)
  // Before the call: what is there now and then refuses is what may be removed.
  const seen = identityOf(file)
  if (seen === null) return null
  if (await listens(file)) return { pid, file }
  // In another container, or where somebody has the pid again, it may be about to listen.
  if (!isAlive(pid)) removeFile(file, seen)
  return null
}

/** False where it is sure that nobody does; whoever is too busy to answer is there. */
export function listens(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = netModule().connect({ path: file })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT'))
  })
}
