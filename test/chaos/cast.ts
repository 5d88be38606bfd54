// The processes of the chaos tree: who lives, under which number, and what becomes of them. Starts the heads, whose
// children are theirs to keep; keeps the only list of what may be killed.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TreeNode } from '../../src/index.js'
import type { Shape } from './audit.js'
import { Control } from './control.js'
import type { Part, State } from './puppet.js'

const PUPPET = fileURLToPath(new URL('./puppet.js', import.meta.url))

export const ORPHAN = ' (orphan)'

export interface Actor {
  readonly number: number
  readonly osPid: number
  /** Of a process that came back by the socket, in whose place there is another soon, with `ORPHAN`. */
  name: string
  readonly control: Control
  pid: string
  stopped: boolean
}

export class Cast {
  readonly actors = new Map<number, Actor>()
  /** Of the present round: to be emptied by the director. */
  readonly touched = new Set<number>()
  readonly complaints: string[] = []
  /** Errors of the processes by their code, which faults explain. */
  readonly errors = new Map<string, number>()
  readonly #server: net.Server
  readonly #heads = new Map<string, { part: Part; process: ChildProcess }>()
  round = 0
  #lastNumber = 0
  #closing = false

  private constructor(server: net.Server) {
    this.#server = server
    server.on('connection', (socket) => this.#welcome(new Control(socket)))
  }

  static async open(folder: string): Promise<Cast> {
    const server = net.createServer().listen(path.join(folder, 'control'))
    await once(server, 'listening')
    return new Cast(server)
  }

  /** Starts a process that the director keeps, anew if it was there before. */
  start(part: Part): void {
    const child = spawn(process.execPath, [PUPPET, JSON.stringify(part)], { stdio: ['ignore', 'inherit', 'inherit'] })
    this.#heads.set(part.name, { part, process: child })
  }

  /** Heads that have died are started again. */
  restartHeads(): void {
    for (const { part, process } of this.#heads.values()) {
      if (process.exitCode !== null || process.signalCode !== null) this.start(part)
    }
  }

  /** It is not kept any more. */
  dismiss(name: string): void {
    this.#heads.delete(name)
  }

  isHead(name: string): boolean {
    return this.#heads.has(name)
  }

  signal(actor: Actor, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    if (!this.actors.has(actor.number)) return
    actor.stopped = signal === 'SIGSTOP'
    try {
      process.kill(actor.osPid, signal)
    } catch {
      // It is gone already.
    }
  }

  /** What each process says of itself; null if one does not answer in time. */
  async states(timeoutMs: number): Promise<Map<number, State> | null> {
    const actors = [...this.actors.values()]
    const late = AbortSignal.timeout(timeoutMs)
    const states = Promise.all(actors.map(({ control }) => control.ask<State>('state')))
    const all = await Promise.race([states.catch(() => null), once(late, 'abort').then(() => null)])
    // One that has just said hello is not at its post yet.
    if (all === null || all.includes(null as never)) return null
    return new Map(actors.map(({ number }, index) => [number, all[index] as State]))
  }

  /** Who believes to be the grand master, if that can be found out in time. */
  async master(timeoutMs: number): Promise<Actor | undefined> {
    const states = await this.states(timeoutMs)
    const [number] = [...(states ?? [])].find(([, { isGrandMaster }]) => isGrandMaster) ?? []
    return number === undefined ? undefined : this.actors.get(number)
  }

  /**
   * The tree as its grand master tells it, if it is whole: everybody is ready and in it, below the parent it believes
   * to have, with all its children. Else why not.
   */
  async shape(): Promise<Shape | string> {
    const names = new Set([...this.actors.values()].map(({ name }) => name))
    const missing = [...this.#heads.values()].flatMap(({ part }) => namesOf(part)).find((name) => !names.has(name))
    if (missing !== undefined) return `${missing} is still to come`
    const states = await this.states(5000)
    if (states === null) return 'somebody does not answer'
    const masters = [...states].filter(([, state]) => state.isGrandMaster)
    const [master] = masters
    if (master === undefined || masters.length > 1) return `${masters.length} grand masters`
    for (const [number, state] of states) {
      const actor = this.actors.get(number)
      if (actor === undefined) return 'somebody has just left'
      actor.pid = state.pid
      if (!state.ready) return `${actor.name} is not ready`
      if (state.childrenOnline < state.children) return `${actor.name} misses children`
    }
    const numbers = new Map([...this.actors.values()].map(({ pid, number }) => [pid, number]))
    const tree = await this.actors
      .get(master[0])
      ?.control.ask<TreeNode>('tree')
      .catch(() => null)
    if (!tree) return 'the grand master does not answer'
    const shape = new Map<number, number | null>()
    const strangers: string[] = []
    walk(tree, null, ({ pid }, parent) => {
      const number = numbers.get(pid)
      if (number === undefined) strangers.push(pid)
      else shape.set(number, parent === null ? null : (numbers.get(parent) ?? null))
    })
    if (strangers.length > 0) return `${strangers} in the tree, whom nobody knows`
    for (const [number, { parentPid, lastParent }] of states) {
      if (!shape.has(number)) return `${this.actors.get(number)?.name} is not in the tree`
      const parent = shape.get(number)
      const told = parent === null || parent === undefined ? null : this.actors.get(parent)?.pid
      if ((lastParent ?? null) !== parentPid) return `${this.actors.get(number)?.name} was not told of its parent`
      if (parentPid !== told) return `${this.actors.get(number)?.name} believes in another parent`
    }
    return shape
  }

  /** Asks all; who is gone meanwhile does not count. */
  async all(what: string, facts: Record<string, unknown> = {}): Promise<void> {
    await Promise.allSettled([...this.actors.values()].map(({ control }) => control.ask(what, facts)))
  }

  tellRoster(): Promise<void> {
    return this.all('roster', { others: [...this.actors.values()].map(({ number, pid }) => [number, pid]) })
  }

  /** All end; resolves when they have. */
  async close(): Promise<void> {
    this.#closing = true
    for (const actor of this.actors.values()) this.signal(actor, 'SIGKILL')
    for (const { process } of this.#heads.values()) {
      if (process.exitCode === null && process.signalCode === null) process.kill('SIGKILL')
    }
    this.#server.close()
    await once(this.#server, 'close')
  }

  #welcome(control: Control): void {
    let own: Actor | null = null
    control.onAsk = (what, { osPid, name, pid }) => {
      if (what !== 'hello') return undefined
      own = {
        number: ++this.#lastNumber,
        osPid: Number(osPid),
        name: String(name),
        control,
        pid: String(pid),
        stopped: false,
      }
      if (this.#closing) this.signal(own, 'SIGKILL')
      this.actors.set(own.number, own)
      return { number: own.number, round: this.round }
    }
    control.onNews = (what, { code, text }) => {
      if (what === 'failed') this.complaints.push(`${own?.name}: ${text}`)
      else this.errors.set(String(code), (this.errors.get(String(code)) ?? 0) + 1)
    }
    control.onEnd = () => {
      if (own === null) return
      this.touched.add(own.number)
      this.actors.delete(own.number)
      const children = this.#heads.get(own.name)?.part.children ?? []
      const orphans = children.filter(({ options }) => options.orphan === 'rejoin').map(({ name }) => name)
      for (const actor of this.actors.values()) if (orphans.includes(actor.name)) actor.name += ORPHAN
    }
  }
}

const namesOf = ({ name, children }: Part): string[] => [name, ...children.flatMap(namesOf)]

function walk(node: TreeNode, parent: string | null, visit: (node: TreeNode, parent: string | null) => void): void {
  visit(node, parent)
  for (const child of node.children) walk(child, node.pid, visit)
}
