// A server as its users start it: the command, in a process of its own, with what it logs and who belongs to it.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { temporaryFolder, until } from '../integration/puppets.js'

const COMMAND = path.resolve('dist/cli.js')

export const app = (name: string): string => path.resolve('test/fixtures/serve', name)

export interface Answer {
  readonly status: number | undefined
  readonly body: string
  readonly headers: http.IncomingHttpHeaders
}

export interface StageOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** A file that gets what the command prints, instead of {@link ServeStage.log}. */
  readonly nodeArgs?: readonly string[]
}

/**
 * A folder of the test's own, removed at its end.
 *
 * @param before what has to be done first
 */
export function folderOf(t: TestContext, before: (folder: string) => void = () => {}): string {
  const { folder, remove } = temporaryFolder()
  t.after(() => {
    before(folder)
    remove()
  })
  return folder
}

export class ServeStage {
  readonly process: ChildProcess
  /** What it printed to standard error: its log, and what the workers write there. */
  log = ''
  /** What it printed to standard output. */
  output = ''
  readonly ended: Promise<number | NodeJS.Signals>
  readonly #others = new Set<number>()

  /** Ends with the test, and every process of it. */
  constructor(t: TestContext, args: readonly string[], { env, cwd, nodeArgs = [] }: StageOptions = {}) {
    this.process = spawn(process.execPath, [...nodeArgs, COMMAND, 'serve', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd,
      env: { ...process.env, PORT: undefined, WEB_CONCURRENCY: undefined, ...env },
    })
    this.process.stdout?.on('data', (chunk) => {
      this.output += chunk
    })
    this.process.stderr?.on('data', (chunk) => {
      this.log += chunk
    })
    this.ended = once(this.process, 'close').then(([code, signal]) => signal ?? code)
    t.after(() => this.#end())
  }

  /** Started and serving. */
  static async serving(t: TestContext, args: readonly string[], options?: StageOptions): Promise<ServeStage> {
    const stage = new ServeStage(t, args, options)
    await stage.untilLog('Serving at')
    return stage
  }

  get pid(): number {
    return this.process.pid as number
  }

  /** Of a server at a TCP port: the last one it told. */
  get port(): number {
    return Number([...this.log.matchAll(/Serving at [^\n]*?:(\d+)[ ,]/g)].at(-1)?.[1])
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal)
  }

  /** A master that was started by another one. */
  also(pid: number): number {
    this.#others.add(pid)
    return pid
  }

  /** Waits until the log has the text so many times. */
  async untilLog(text: string, times = 1): Promise<void> {
    await until(`"${text}" in the log, ${times} times`, () => {
      if (this.count(text) >= times) return true
      if (this.process.exitCode !== null && this.#others.size === 0)
        throw new Error(`It ended before "${text}":\n${this.log}`)
      return false
    })
  }

  count(text: string): number {
    return this.log.split(text).length - 1
  }

  get(target = '/', options: http.RequestOptions = {}): Promise<Answer> {
    return request({ port: this.port, path: target, ...options })
  }

  /** The OS pids of the workers of a master, in the order of their start. */
  workers(master = this.pid): number[] {
    return childrenOf(master).filter((pid) => titleOf(pid).startsWith('ipem serve: worker'))
  }

  async #end(): Promise<void> {
    const masters = [this.pid, ...this.#others]
    const all = masters.flatMap((pid) => [pid, ...childrenOf(pid)])
    for (const pid of all) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended as it should.
      }
    }
    if (this.process.exitCode === null && this.process.signalCode === null) await this.ended
  }
}

export function childrenOf(pid: number): number[] {
  try {
    const text = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return text.trim().split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

export function titleOf(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}

export function isGone(pid: number): boolean {
  try {
    return fs.readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.startsWith('Z') ?? true
  } catch {
    return true
  }
}

export function request(options: http.RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = http.get({ host: '127.0.0.1', agent: false, ...options }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        body += chunk
      })
      response.once('end', () => resolve({ status: response.statusCode, body, headers: response.headers }))
      response.once('error', reject)
    })
    asked.once('error', reject)
  })
}
