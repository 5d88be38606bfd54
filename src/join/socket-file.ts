// The file of a Unix socket: giving it its name, taking over a stale one, removing it. Synchronous throughout,
// because every call here stands between two facts that other processes can change.
//
// Binding the path itself is never safe: a stale file has to be unlinked first, and whoever decided to do so a
// moment too late unlinks the file of the process that was faster; libuv does the same when the server is closed.
// So a server binds a name of its own, which nobody else knows, and only then takes the real name.

import fs from 'node:fs'
import path from 'node:path'
import { MAX_PATH_BYTES } from './address.js'

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz'
const UNIQUE_CHARS = 12
const GRAVE_CHARS = 25

/** Which file it is: the inode alone is used again as soon as it is free. Null: no file, or no socket. */
export type SocketIdentity = string | null

/** `not-a-socket` is never touched. */
export type FileKind = 'none' | 'socket' | 'not-a-socket'

export function kindOf(file: string): FileKind {
  const stats = fs.lstatSync(file, { throwIfNoEntry: false })
  if (stats === undefined) return 'none'
  return stats.isSocket() ? 'socket' : 'not-a-socket'
}

export function identityOf(file: string): SocketIdentity {
  try {
    const stats = fs.lstatSync(file, { bigint: true, throwIfNoEntry: false })
    // A rename, a link and a chmod change the ctime and not the mtime, which for a socket is when it was bound.
    return stats?.isSocket() ? `${stats.dev}:${stats.ino}:${stats.mtimeNs}` : null
  } catch {
    // Whatever is wrong with the folder, the bind or the dial that follows says it better.
    return null
  }
}

/**
 * A name in the same folder that fits into a socket address, as random as there is room for. The file system
 * must be the same for link(2) and rename(2), and only this folder is sure to be.
 */
export function uniqueBeside(file: string): string {
  const folder = path.dirname(file)
  const room = MAX_PATH_BYTES - Buffer.byteLength(folder) - 1
  return path.join(folder, room < UNIQUE_CHARS ? randomName(room) : `.${randomName(UNIQUE_CHARS - 1)}`)
}

/**
 * Gives the bound socket `own` the name `file`. Returns false when somebody else has it.
 *
 * `stale` is the file that was there when a dial was refused, hence dead for good; any other is somebody's. To
 * replace exactly that one, it is moved away first and looked at where nobody else can change it. A live one that
 * was moved by mistake, because it came between the look and the move, is moved back at once; whoever took the name
 * in between is new and finds out when it dials itself.
 *
 * @throws the error of the file system
 */
export function takeName(own: string, file: string, stale: SocketIdentity): boolean {
  try {
    if (linked(own, file)) return true
    if (stale === null || identityOf(file) !== stale) return false
    // Never a name that exists: rename(2) replaces. It is never bound either, so it may be as long as it likes.
    const grave = path.join(path.dirname(file), `.${randomName(GRAVE_CHARS)}`)
    if (!renamed(file, grave)) return linked(own, file)
    if (identityOf(grave) !== stale) {
      fs.renameSync(grave, file)
      return false
    }
    fs.unlinkSync(grave)
    return linked(own, file)
  } finally {
    fs.rmSync(own, { force: true })
  }
}

/** Removes the file if it still is this one. To be called while its server still listens: nobody takes it then. */
export function removeFile(file: string, identity: SocketIdentity): void {
  try {
    if (identity !== null && identityOf(file) === identity) fs.unlinkSync(file)
  } catch {
    // A folder that became read-only or vanished: the file is stale from now on, the next process sees to it.
  }
}

/** link(2) fails where something has the name, rename(2) would replace it. */
function linked(own: string, file: string): boolean {
  return unless('EEXIST', () => fs.linkSync(own, file))
}

function renamed(file: string, grave: string): boolean {
  return unless('ENOENT', () => fs.renameSync(file, grave))
}

function randomName(length: number): string {
  return Array.from({ length }, () => DIGITS[Math.floor(Math.random() * DIGITS.length)]).join('')
}

function unless(code: string, run: () => void): boolean {
  try {
    run()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === code) return false
    throw error
  }
}
