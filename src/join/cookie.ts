// The secret that processes of one user prove to each other: given as an option, or a file made on first use.
// Owns where the file is, how it is made while others make it too, and when it cannot be trusted.

import fs from 'node:fs'
import path from 'node:path'
import { cryptoModule } from '../builtin-modules.js'
import { IpemError } from '../errors.js'

const SECRET_BYTES = 32
const MIN_BYTES = 16
const MAX_BYTES = 4096
/** Permissions of anybody but the owner. */
const OTHERS = 0o077

export interface CookieSources {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  /** The user that files must belong to; undefined where files have no such owner (Windows). */
  readonly uid: number | undefined
}

/**
 * The cookie of this process: `given`, else what the cookie file of this user holds. The bytes are those of the
 * file's text, so the text can be copied into `socket.cookie` of a process elsewhere. Synchronous.
 *
 * @throws ERR_IPEM_COOKIE with `path` and `cause` where there are
 */
export function loadCookie(given: Buffer | undefined, sources: CookieSources = ownSources()): Buffer {
  if (given !== undefined) return given
  const file = cookiePath(sources)
  return readCookie(file, sources.uid) ?? createCookie(file, sources.uid)
}

/**
 * `$XDG_STATE_HOME/ipem/cookie`, by default `~/.local/state/ipem/cookie`; on Windows `%LOCALAPPDATA%\ipem\cookie`.
 * Source: XDG Base Directory Specification, which also says that a relative path is to be ignored.
 */
export function cookiePath({ env, platform }: CookieSources): string {
  if (platform === 'win32') {
    if (env.LOCALAPPDATA) return path.win32.join(env.LOCALAPPDATA, 'ipem', 'cookie')
    throw noPlace('LOCALAPPDATA')
  }
  const { XDG_STATE_HOME: state = '', HOME: home = '' } = env
  if (path.isAbsolute(state)) return path.join(state, 'ipem', 'cookie')
  if (path.isAbsolute(home)) return path.join(home, '.local', 'state', 'ipem', 'cookie')
  throw noPlace('XDG_STATE_HOME or HOME')
}

function ownSources(): CookieSources {
  return { env: process.env, platform: process.platform, uid: process.geteuid?.() }
}

/** The cookie in the file, or null where there is no file. */
function readCookie(file: string, uid: number | undefined): Buffer | null {
  let descriptor: number | undefined
  try {
    // The link itself too: whoever owns it can point it elsewhere at any time.
    checkOwner(file, fs.lstatSync(file), uid)
    // Without O_NONBLOCK a FIFO at this place would hold the process up for ever. Windows has neither.
    descriptor = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0))
    // From here on the open file, not the path: what is checked is what is read.
    const stats = fs.fstatSync(descriptor)
    checkOwner(file, stats, uid)
    if (!stats.isFile()) throw untrusted(file, 'it is not a regular file')
    if (uid !== undefined && (stats.mode & OTHERS) !== 0) {
      throw untrusted(file, `others may read or write it (mode ${(stats.mode & 0o777).toString(8)}, expected 600)`)
    }
    if (stats.size > MAX_BYTES) throw untrusted(file, `it is longer than ${MAX_BYTES} bytes`)
    const cookie = Buffer.from(fs.readFileSync(descriptor, 'utf8').trim())
    if (cookie.length < MIN_BYTES)
      throw untrusted(file, `it holds ${cookie.length} bytes, expected at least ${MIN_BYTES}`)
    return cookie
  } catch (cause) {
    if (cause instanceof IpemError) throw cause
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw unusable(file, 'read', cause)
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor)
  }
}

/**
 * Many processes start at once and all find nothing. Each writes a file of its own to the end and then gives it
 * the name: link(2) does that only where the name is free, so one wins, and nobody ever reads half a cookie.
 */
function createCookie(file: string, uid: number | undefined): Buffer {
  const { randomBytes } = cryptoModule()
  const folder = path.dirname(file)
  const draft = `${file}.${process.pid}-${randomBytes(6).toString('hex')}`
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
    fs.writeFileSync(draft, `${randomBytes(SECRET_BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true })
    fs.linkSync(draft, file)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(file, 'made', cause)
  } finally {
    fs.rmSync(draft, { force: true })
  }
  const cookie = readCookie(file, uid)
  if (cookie === null) throw untrusted(file, 'it is a symbolic link to a file that does not exist')
  return cookie
}

function checkOwner(file: string, stats: fs.Stats, uid: number | undefined): void {
  if (uid === undefined || stats.uid === uid) return
  throw untrusted(file, `it belongs to user ${stats.uid}, this process runs as user ${uid}`)
}

function untrusted(file: string, why: string): IpemError {
  const message = `The cookie file ${file} cannot be trusted: ${why}. Remove or mend it, or set \`socket.cookie\``
  return new IpemError('ERR_IPEM_COOKIE', message, { path: file })
}

function unusable(file: string, verb: 'read' | 'made', cause: unknown): IpemError {
  const message = `The cookie file ${file} cannot be ${verb} (${(cause as NodeJS.ErrnoException).code}). Set \`socket.cookie\`, XDG_STATE_HOME to a folder this process can write, or \`useSocket: false\``
  return new IpemError('ERR_IPEM_COOKIE', message, { path: file, cause })
}

function noPlace(variables: string): IpemError {
  const message = `There is no place for the cookie file: set ${variables} in the environment, \`socket.cookie\`, or \`useSocket: false\``
  return new IpemError('ERR_IPEM_COOKIE', message)
}
