// Into the background: the command that was given starts the real one in a session of its own, waits until that one serves,
// and answers with its word.

import { spawn } from 'node:child_process'
import fs from 'node:fs'
import process from 'node:process'
import { IpemError } from '../index.js'
import { resolveOptions, type ServeOptions } from '../serve/index.js'

/** Names the descriptor by which the background process tells how it went. */
const READY_VARIABLE = 'IPEM_SERVE_READY_FD'

const READY_FD = 3

const OK = 'ok\n'

/**
 * @returns false where this process is to serve by itself: nobody asked for a daemon, or it is the daemon
 * @throws ERR_IPEM_CONFIG, ERR_IPEM_DAEMON it does not serve, and why
 */
export async function daemonize(options: ServeOptions): Promise<boolean> {
  if (isDaemon() || 'IPEM_SERVE_UPGRADE' in process.env) return false
  const { daemonize: wanted, stdoutPath, stderrPath } = await resolveOptions(options)
  if (!wanted) return false
  const outputs = [stdoutPath, stderrPath].map((file) => (file === undefined ? 'ignore' : fs.openSync(file, 'a')))
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    // What ends it so early that it cannot log goes to its files too.
    stdio: ['ignore', ...outputs, 'pipe'],
    env: { ...process.env, [READY_VARIABLE]: String(READY_FD) },
  })
  let word = ''
  const ready = child.stdio[READY_FD] as import('node:net').Socket
  ready.on('data', (chunk: Buffer) => {
    word += chunk
  })
  const how = await new Promise<string>((resolve) => {
    ready.once('end', () => resolve(''))
    ready.once('error', (error) => resolve(error.message))
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? code}`))
  })
  if (word !== OK) {
    const why = word === '' ? how : word.trim()
    throw new IpemError('ERR_IPEM_DAEMON', `It does not serve: ${why}`, { reason: why })
  }
  child.unref()
  ready.destroy()
  return true
}

/** This process is the one in the background. */
export function isDaemon(): boolean {
  return READY_VARIABLE in process.env
}

/** Tells the command that was given, if there is one, and lets it end. */
export function reportToLauncher(error: unknown): void {
  if (process.env[READY_VARIABLE] === undefined) return
  delete process.env[READY_VARIABLE]
  try {
    fs.writeSync(READY_FD, error === null ? OK : String((error as Error).message))
    fs.closeSync(READY_FD)
  } catch {
    // Nobody waits any more.
  }
}
