// Into the background: the command that was given starts the real one in a session of its own, waits until that one serves,
// and answers with its word.

import { spawn } from 'node:child_process'
import fs from 'node:fs'
import type { Socket } from 'node:net'
import process from 'node:process'
import { IpemError } from '../index.js'
import type { ServeOptions } from '../serve/index.js'

/** Names the descriptor by which the background process tells how it went. */
const READY_VARIABLE = 'IPEM_SERVE_READY_FD'

const READY_FD = 3

const OK = 'ok\n'

/** Whoever waits for this process, in the background, to serve. */
export interface Launcher {
  /** Tells how it went, once, and lets the command end. @param error null: it serves */
  report(error: unknown): void
}

/** Null where this process was started by its user. Removes what names the launcher: it is not that of others. */
export function takeLauncher(env: NodeJS.ProcessEnv = process.env): Launcher | null {
  if (env[READY_VARIABLE] === undefined) return null
  delete env[READY_VARIABLE]
  return {
    report(error) {
      try {
        fs.writeSync(READY_FD, error === null ? OK : String((error as Error).message))
        fs.closeSync(READY_FD)
      } catch {
        // Nobody waits any more.
      }
    },
  }
}

/**
 * Starts this command once more, in the background. Resolves when it serves.
 *
 * @throws ERR_IPEM_DAEMON it does not, and why
 */
export async function launch({
  stdoutPath,
  stderrPath,
}: Pick<ServeOptions, 'stdoutPath' | 'stderrPath'>): Promise<void> {
  const outputs = [stdoutPath, stderrPath].map((file) => (file === undefined ? 'ignore' : fs.openSync(file, 'a')))
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    // What ends it so early that it cannot log goes to its files too.
    stdio: ['ignore', ...outputs, 'pipe'],
    env: { ...process.env, [READY_VARIABLE]: String(READY_FD) },
  })
  let word = ''
  const ready = child.stdio[READY_FD] as Socket
  ready.on('data', (chunk: Buffer) => {
    word += chunk
  })
  const how = await new Promise<string>((resolve) => {
    ready.once('end', () => resolve('it does not say why'))
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
}
