// SIGUSR2: a new master beside this one, from the same command and on the same sockets. What becomes of the pidfile and
// of this master is the owner's.

import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import fs from 'node:fs'
import { UPGRADE_VARIABLE, type UpgradeOffer } from './inheritance.js'
import type { HandedListener } from './listeners.js'

/** How this process was started, as it was then. */
export interface Command {
  readonly execPath: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<NodeJS.ProcessEnv>
}

/** To be asked for before anything changes the directory or the environment. */
export function ownCommand(): Command {
  const env = { ...process.env }
  return { execPath: process.execPath, args: [...process.execArgv, ...process.argv.slice(1)], cwd: logicalCwd(), env }
}

/** Of a directory reached by a link: after a deployment the link leads to the new code, the real path to the old. */
function logicalCwd(): string {
  const cwd = process.cwd()
  const { PWD } = process.env
  try {
    return PWD !== undefined && fs.realpathSync(PWD) === cwd ? PWD : cwd
  } catch {
    return cwd
  }
}

export class Successor {
  readonly #process: ChildProcess
  #alive = true

  /**
   * @param onEnd it has ended, or never started
   */
  constructor(command: Command, listeners: readonly HandedListener[], onEnd: (how: string) => void) {
    const handed = listeners.map((listener, index) => ({ ...listener, fd: 3 + index }))
    const offer: UpgradeOffer = { oldPid: process.pid, listeners: handed }
    const stdio: StdioOptions = ['inherit', 'inherit', 'inherit', ...listeners.map(({ fd }) => fd)]
    const { execPath, args, cwd, env } = command
    this.#process = spawn(execPath, args, { cwd, stdio, env: { ...env, [UPGRADE_VARIABLE]: JSON.stringify(offer) } })
    const end = (how: string): void => {
      if (this.#alive) onEnd(how)
      this.#alive = false
    }
    this.#process.once('error', (error) => end(error.message))
    this.#process.once('exit', (code, signal) => end(signal === null ? `exit code ${code}` : signal))
    this.#process.unref()
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  get alive(): boolean {
    return this.#alive
  }
}
