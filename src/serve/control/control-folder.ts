// The private folder where the masters of one user have their control sockets, each with its pid as name. Decides where it
// is and whether it can be trusted; who listens there is find-servers.ts.

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'

const MODE = 0o700

export interface FolderSources {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly temporary: string
  /** Undefined where files have no such owner (Windows): there is no control. */
  readonly uid: number | undefined
}

/** Where, and whose it has to be. */
export interface ControlFolder {
  readonly path: string
  readonly uid: number
}

/**
 * `$XDG_RUNTIME_DIR/ipem-serve`, else a folder with the number of the user in the one for temporary files. Null where
 * there is no control.
 *
 * Source: XDG Base Directory Specification, which also says that a relative path is to be ignored.
 */
export function controlFolder({ env, temporary, uid }: FolderSources = ownSources()): ControlFolder | null {
  if (uid === undefined) return null
  const { XDG_RUNTIME_DIR: runtime = '' } = env
  if (path.isAbsolute(runtime)) return { path: path.join(runtime, 'ipem-serve'), uid }
  // Absolute: a daemon changes its directory.
  return { path: path.resolve(temporary, `ipem-serve-${uid}`), uid }
}

/** Makes it if need be. @returns why it cannot be used, null if it can */
export function makeFolder(folder: ControlFolder): string | null {
  try {
    fs.mkdirSync(folder.path, { mode: MODE })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST') return message
  }
  return folderProblem(folder) ?? null
}

/**
 * Somebody else may have made it first, where everybody may: who owns it decides who listens at its names.
 *
 * @returns why it cannot be used, null if it can, undefined if it is not there
 */
export function folderProblem({ path: folder, uid }: ControlFolder): string | null | undefined {
  let stats: fs.Stats | undefined
  try {
    // The link itself: whoever owns it can point it elsewhere at any time.
    stats = fs.lstatSync(folder, { throwIfNoEntry: false })
  } catch (error) {
    return (error as Error).message
  }
  if (stats === undefined) return undefined
  if (!stats.isDirectory()) return `${folder} is not a directory`
  if (stats.uid !== uid) return `${folder} belongs to another user, ${stats.uid}`
  const mode = stats.mode & 0o777
  return mode === MODE ? null : `${folder} has mode ${mode.toString(8).padStart(3, '0')}, expected 700`
}

export function socketFile(folder: ControlFolder, pid: number): string {
  return path.join(folder.path, String(pid))
}

function ownSources(): FolderSources {
  return { env: process.env, temporary: os.tmpdir(), uid: process.geteuid?.() }
}
