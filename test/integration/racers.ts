// Processes that all want to meet at one address at the same moment.

import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { IpemOptions } from '../../src/index.js'
import { until } from './puppets.js'
import { fixture } from './stage.js'

class Racer {
  readonly process: ChildProcess = spawn(process.execPath, [fixture('joining-racer')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  up = false
  closed = true
  pid = ''
  /** Undefined while it has no place. */
  parent: string | null | undefined
  children = 0
  readonly errors: string[] = []

  constructor() {
    // The input ends with this process, however it does, and the racer with its input.
    createInterface({ input: this.process.stdout as NodeJS.ReadableStream }).on('line', (line) => this.#onLine(line))
  }

  start(options: IpemOptions): void {
    this.parent = undefined
    this.closed = false
    this.process.stdin?.write(`${JSON.stringify(options)}\n`)
  }

  close(): void {
    this.process.stdin?.write('{}\n')
  }

  #onLine(line: string): void {
    const [what, ...facts] = JSON.parse(line)
    if (what === 'up') this.up = true
    else if (what === 'closed') this.closed = true
    else if (what === 'error') this.errors.push(facts.join(': '))
    else [this.pid, this.parent, this.children] = facts
  }
}

export class Racers {
  readonly all: Racer[]

  constructor(count: number) {
    this.all = Array.from({ length: count }, () => new Racer())
  }

  /** One meeting: until one listens and all others have joined it; then everybody leaves. */
  async meet(options: IpemOptions): Promise<void> {
    await this.#until('every process is up', () => this.all.every(({ up }) => up))
    for (const racer of this.all) racer.start(options)
    await this.#until('one tree', () => this.#isOneTree())
    const errors = this.all.flatMap(({ errors }) => errors.splice(0))
    if (errors.length > 0) throw new Error(errors.join('\n'))
    for (const racer of this.all) racer.close()
    await this.#until('all have left', () => this.all.every(({ closed }) => closed))
  }

  end(): void {
    for (const { process } of this.all) process.kill('SIGKILL')
  }

  #isOneTree(): boolean {
    const masters = this.all.filter(({ parent }) => parent === null)
    const [master] = masters
    if (master === undefined || masters.length > 1 || master.children !== this.all.length - 1) return false
    return this.all.every(({ parent }) => parent === null || parent === master.pid)
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    await until(what, holds, 30_000).catch((error) => {
      const state = this.all.map(({ pid, parent, children, errors }) => `${pid} ${parent} ${children} ${errors}`)
      throw new Error(`${error.message}\n${state.join('\n')}`)
    })
  }
}
