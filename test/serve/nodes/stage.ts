// The processes of a script that calls `listen()`, each with a socket of its own at which a test can ask it.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import type { NodesOptions } from '../../../src/serve/index.js'
import { until } from '../../integration/puppets.js'
import { childrenOf, folderOf, isGone, request } from '../stage.js'

export interface NodeFacts {
  readonly id: string
  readonly isMaster: boolean
  /** The other ends of all streams that have come and not closed, sorted. */
  readonly open: readonly string[]
  /** What `nodes.streams` has, sorted. */
  readonly streams: readonly string[]
  /** All that came, by the id of the other end. */
  readonly heard: Readonly<Record<string, string>>
}

export class NodesStage {
  readonly process: ChildProcess
  output = ''
  errors = ''
  readonly ended: Promise<number | NodeJS.Signals>
  /** Where the private folder of the nodes is made. */
  readonly folder: string
  readonly #control: string

  /** Ends with the test, and every process of it. */
  constructor(t: TestContext, options: NodesOptions, fixture = 'mesh.cjs') {
    const folder = folderOf(t, () => this.#killAll())
    ;[this.folder, this.#control] = ['tmp', 'control'].map((name) => path.join(folder, name)) as [string, string]
    for (const each of [this.folder, this.#control]) fs.mkdirSync(each)
    const script = path.resolve('test/fixtures/nodes', fixture)
    const given = { port: 0, host: '127.0.0.1', ...options }
    this.process = spawn(process.execPath, [script, JSON.stringify(given)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TMPDIR: this.folder, CONTROL: this.#control },
    })
    this.process.stdout?.on('data', (chunk) => {
      this.output += chunk
    })
    this.process.stderr?.on('data', (chunk) => {
      this.errors += chunk
    })
    this.ended = once(this.process, 'close').then(([code, signal]) => signal ?? code)
  }

  /** Started, all serving, and met. */
  static async serving(t: TestContext, options: NodesOptions): Promise<NodesStage> {
    const stage = new NodesStage(t, options)
    await until(`the master to be ready`, () => {
      if (stage.process.exitCode !== null) throw new Error(`It has ended:\n${stage.errors}`)
      return stage.output.includes('ready master')
    })
    const { nodes = 1, masterListen = true } = options
    await stage.settled(masterListen ? nodes - 1 : nodes)
    return stage
  }

  get pid(): number {
    return this.process.pid as number
  }

  get port(): number {
    return Number(/ready \S+ (\d+)/.exec(this.output)?.[1])
  }

  /** The ids of all processes that were ever started, with their pids, in their order. */
  get all(): ReadonlyMap<string, number> {
    return new Map([...this.output.matchAll(/^started (\S+) (\d+)$/gm)].map(([, id, pid]) => [String(id), Number(pid)]))
  }

  /** The ids of the children that live. */
  get children(): string[] {
    const living = childrenOf(this.pid)
    return [...this.all].filter(([, pid]) => living.includes(pid)).map(([id]) => id)
  }

  kill(id: string, signal: NodeJS.Signals): void {
    process.kill(this.all.get(id) as number, signal)
  }

  async ask(id: string, what = ''): Promise<NodeFacts> {
    return JSON.parse((await request({ socketPath: path.join(this.#control, id), path: `/${what}` })).body)
  }

  /** Waits until so many children live, and each two of all nodes have one stream. */
  async settled(children: number, deadlineMs?: number): Promise<NodeFacts[]> {
    let last: NodeFacts[] = []
    let ids: string[] = []
    try {
      await until(
        'streams',
        async () => {
          if (childrenOf(this.pid).length !== children) return false
          ids = this.children
          if (ids.length !== children) return false
          last = await Promise.all(['master', ...ids].map((id) => this.ask(id))).catch(() => [])
          return last.length > 0 && last.every(({ id, open }) => same(open, others(ids, id)))
        },
        deadlineMs,
      )
    } catch {
      assert.fail(`No peace among ${['master', ...ids]}: ${JSON.stringify(last)}\n${this.errors}`)
    }
    for (const { id, streams } of last) assert.deepEqual(streams, others(ids, id))
    return last
  }

  /** Waits until nothing is left: no process, and nothing in the folder for temporary files. */
  async untilGone(): Promise<void> {
    await until('the processes to end', () => [...this.all.values()].every(isGone))
    assert.deepEqual(fs.readdirSync(this.folder), [])
  }

  #killAll(): void {
    for (const pid of new Set([this.pid, ...childrenOf(this.pid), ...this.all.values()])) {
      try {
        if (!isGone(pid)) process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended as it should.
      }
    }
  }
}

function others(children: readonly string[], id: string): string[] {
  return ['master', ...children].filter((other) => other !== id).sort()
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each, index) => each === other[index])
}
