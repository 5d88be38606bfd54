// What a test of real processes needs: a started ipem on top, families of processes that print what happens to
// them, and the certainty that nothing of it outlives the test.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { createIpem, type Ipem, type IpemOptions, type OfflineInfo } from '../../src/index.js'
import { temporaryFolder, until } from './puppets.js'

export type AnyIpem = ReturnType<typeof createIpem>

export const fixture = (name: string): string => path.resolve('test', 'fixtures', `${name}.js`)

export const DEADLINE_MS = 15_000

/** An ipem on top of its own tree, without a socket unless options say so. Closed after the test. */
export async function startIpem(t: TestContext, options: IpemOptions = {}): Promise<AnyIpem> {
  const ipem = createIpem().options({ useSocket: false, ...options })
  t.after(() => ipem.close())
  await ready(ipem)
  return ipem
}

export async function ready(ipem: AnyIpem): Promise<void> {
  const whenReady = new Promise<void>((resolve) => ipem.once('ready', () => resolve()))
  ipem.start()
  await whenReady
}

const removals: (() => void)[] = []
process.once('exit', () => {
  for (const remove of removals) remove()
})

/** A folder that stays until the end: who listens on a socket in it must not see it vanish. */
export function folderFor(_t: TestContext): string {
  const { folder, remove } = temporaryFolder()
  removals.push(remove)
  return folder
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** The `offline` events of an ipem, as they come. */
export function offlinesOf(ipem: Ipem<Record<string, unknown[]>> | AnyIpem): [pid: string, info: OfflineInfo][] {
  const offlines: [string, OfflineInfo][] = []
  ipem.on('offline', (pid: string, info: OfflineInfo) => void offlines.push([pid, info]))
  return offlines
}

/** The errors of an ipem, as they come: none is thrown any more. */
export function errorsOf(ipem: AnyIpem): (Error & { code: string; [field: string]: unknown })[] {
  const errors: (Error & { code: string; [field: string]: unknown })[] = []
  ipem.on('error', (error: Error) => void errors.push(error as never))
  return errors
}

/** A process that has ended and that nobody has reaped yet counts as gone: an orphan's end is for init to see. */
export function isAlive(osPid: number): boolean {
  try {
    process.kill(osPid, 0)
    const state = readFileSync(`/proc/${osPid}/stat`, 'utf8').split(') ')[1]?.[0]
    return state !== 'Z' && state !== 'X'
  } catch {
    return false
  }
}

/** Whether the process still is one of ours, and not a later one with its number. */
function isFixture(osPid: number): boolean {
  try {
    return osPid > 0 && readFileSync(`/proc/${osPid}/cmdline`, 'utf8').includes(path.resolve('test', 'fixtures'))
  } catch {
    return false
  }
}

export interface MemberSpec {
  readonly name: string
  readonly options?: IpemOptions
  /** Children to fork, and workers. */
  readonly forks?: readonly MemberSpec[]
  readonly workers?: readonly MemberSpec[]
  /** Signals it listens for itself. */
  readonly own?: readonly NodeJS.Signals[]
  /** Events it listens to, without a word. */
  readonly hears?: readonly string[]
}

type Line = [name: string, osPid: number, what: string, ...facts: unknown[]]

/** Processes that share one standard output: what they print is their story, its end is the end of the last one. */
export class Family {
  readonly top: ChildProcess
  readonly lines: Line[] = []
  errors = ''
  /** Nobody is left, or at least nobody with the output in hand. */
  readonly closed: Promise<unknown>
  #rest = ''

  constructor(
    t: TestContext,
    file: string,
    args: readonly string[],
    options: { detached?: boolean; env?: object } = {},
  ) {
    const env = { ...process.env, TEST_PID: String(process.pid), ...options.env } as NodeJS.ProcessEnv
    const { detached = false } = options
    this.top = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env, detached })
    this.closed = once(this.top, 'close')
    this.top.stdout?.on('data', (data) => this.#read(String(data)))
    this.top.stderr?.on('data', (data) => {
      this.errors += data
    })
    t.after(() => this.#end())
  }

  static of(t: TestContext, spec: MemberSpec, options: { detached?: boolean; env?: object } = {}): Family {
    return new Family(t, fixture('family'), [JSON.stringify(spec)], options)
  }

  /** Everything said of one kind, as `name` and what follows. */
  said(what: string): unknown[][] {
    return this.lines.filter((line) => line[2] === what).map(([name, , , ...facts]) => [name, ...facts])
  }

  /** The OS pid of the newest process of this name. */
  osPid(name: string): number {
    const line = this.lines.findLast((each) => each[0] === name)
    if (line === undefined) throw new Error(`Nothing heard of ${name}: ${this}`)
    return line[1]
  }

  get osPids(): number[] {
    return [...new Set(this.lines.map((line) => line[1]))]
  }

  /** Starting so many processes takes its time on a busy machine. */
  async until(what: string, holds: () => unknown): Promise<void> {
    await until(what, holds, 2 * DEADLINE_MS).catch((error) => {
      throw new Error(`${error.message}. ${this}`)
    })
  }

  /** Each of these names is ready. */
  untilReady(...names: string[]): Promise<void> {
    return this.until(`${names} to be ready`, () => {
      const isReady = this.said('ready').map(([name]) => name)
      return names.every((name) => isReady.includes(name))
    })
  }

  /** How the process on top ended; within the deadline. */
  async exit(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    await this.until('the end of the process on top', () => this.top.exitCode !== null || this.top.signalCode !== null)
    return { code: this.top.exitCode, signal: this.top.signalCode }
  }

  async untilAllGone(): Promise<void> {
    await this.until('the end of all', () => this.osPids.every((osPid) => !isAlive(osPid)))
  }

  toString(): string {
    return `${this.lines.map((line) => JSON.stringify(line)).join('\n')}\n${this.errors}`
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() as string
    for (const line of lines) this.lines.push(line.startsWith('[') ? JSON.parse(line) : ['', 0, line])
  }

  #end(): void {
    for (const osPid of [...this.osPids, this.top.pid ?? 0]) if (isFixture(osPid)) process.kill(osPid, 'SIGKILL')
  }
}
