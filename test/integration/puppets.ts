// A tree of real processes with every kind of member, steered over the bus by the test process on top.

import { fork, spawn } from 'node:child_process'
import cluster from 'node:cluster'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createIpem } from '../../src/index.js'
import type { IpemOptions } from '../../src/options.js'
import { joinWays } from '../tree-way.js'

export const puppet = path.resolve('test/fixtures/puppet.js')
export const COOKIE = 'a cookie for the tests only'
const DEADLINE_MS = 15_000

export interface Received {
  readonly from: string
  readonly pids: string[]
  readonly to?: string
  readonly route?: string[]
  readonly type: number
  readonly args: unknown[]
}

/** Waits until `condition` holds; looks again whenever the event loop has gone round. */
export async function until(what: string, condition: () => unknown, deadlineMs = DEADLINE_MS): Promise<void> {
  const end = performance.now() + deadlineMs
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Waited ${deadlineMs} ms for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export function temporaryFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'ipem-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/**
 *     gm ── a ── a1, a2        forked
 *      ├─── w1, w2             cluster workers
 *      ├─── p                  forked by somebody else, adopted
 *      └─── s ── s1            joined by socket, with a forked child
 */
export class PuppetTree {
  readonly gm = createIpem()
  readonly pids: Record<string, string> = {}
  readonly parentOf: Record<string, string> = {
    a: 'gm',
    a1: 'a',
    a2: 'a',
    w1: 'gm',
    w2: 'gm',
    p: 'gm',
    s: 'gm',
    s1: 's',
  }
  readonly #received: Received[] = []
  readonly #temporary = temporaryFolder()
  readonly #others: { kill(signal?: NodeJS.Signals): unknown }[] = []
  readonly socket = { socketPath: path.join(this.#temporary.folder, 'bus'), cookie: COOKIE, delayReconnect: 200 }

  async start(): Promise<void> {
    const { gm, pids } = this
    const received = this.#received
    gm.on('ev', function (...args) {
      const { from, to, route, type } = this
      received.push({
        from,
        pids: [...this.pids],
        type,
        args,
        ...(to !== undefined && { to, route: [...(route ?? [])] }),
      })
    })
    gm.options({ socket: this.socket, restart: false })
    const ready = new Promise<void>((resolve) => gm.once('ready', () => resolve()))
    gm.start()
    await ready
    pids.gm = gm.pid
    const env = (options: IpemOptions) => ({ ...process.env, PUPPET: JSON.stringify(options) })
    pids.a = await gm.fork(puppet, [], { env: env({}) }).online
    pids.a1 = await gm.request<string>(pids.a, 'fork', puppet, [])
    pids.a2 = await gm.request<string>(pids.a, 'fork', puppet, [])
    cluster.setupPrimary({ exec: puppet })
    pids.w1 = await gm.worker({ env: env({}) }).online
    pids.w2 = await gm.worker({ env: env({}) }).online
    pids.p = await this.#joined(() => this.#others.push(fork(puppet, [], { env: env({ useSocket: false }) })))
    pids.s = await this.#joined(() => {
      this.#others.push(spawn(process.execPath, [puppet], { env: env({ socket: this.socket }), stdio: 'inherit' }))
    })
    pids.s1 = await gm.request<string>(pids.s, 'fork', puppet, [])
  }

  /** The pid of the next process that comes online. */
  #joined(start: () => void): Promise<string> {
    return new Promise((resolve) => {
      this.gm.once('online', function () {
        resolve(this.from)
      })
      start()
    })
  }

  pid(name: string): string {
    const pid = this.pids[name]
    if (pid === undefined) throw new Error(`There is no ${name}`)
    return pid
  }

  nameOf(pid: string): string {
    return Object.keys(this.pids).find((name) => this.pids[name] === pid) ?? pid
  }

  /** Calls a function of the ipem of one process. When it returns, what was sent is on its way. */
  async call(name: string, method: string, ...args: unknown[]): Promise<void> {
    if (name === 'gm') (this.gm as unknown as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args)
    else await this.gm.request(this.pid(name), 'call', method, ...args)
  }

  /**
   * What each process received since the last time. Links keep their order and every answer and question of ours
   * comes behind what was sent before, so nothing is still under way.
   */
  async received(): Promise<Record<string, Received[]>> {
    const result: Record<string, Received[]> = {}
    for (const [name, pid] of Object.entries(this.pids)) {
      result[name] = name === 'gm' ? this.#received.splice(0) : await this.gm.request<Received[]>(pid, 'received')
    }
    return result
  }

  /** From one process to another, both included. */
  way(from: string, to: string): string[] {
    return joinWays(this.#ancestors(from), this.#ancestors(to)) as string[]
  }

  #ancestors(name: string): string[] {
    const above = this.parentOf[name]
    return above === undefined ? [name] : [name, ...this.#ancestors(above)]
  }

  async stop(): Promise<void> {
    await this.gm.close()
    for (const other of this.#others) other.kill('SIGKILL')
    this.#temporary.remove()
  }
}
