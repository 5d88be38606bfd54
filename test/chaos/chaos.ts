// A tree of real processes, broken again and again by chance, with every event accounted for: rounds of rest, in which
// nothing at all may be missing, and of chaos, in which only what a fault took may be. A seed brings back the same faults
// and the same traffic, not the same moments.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { IpemOptions } from '../../src/index.js'
import { randomFrom } from '../bus/simulated-tree.js'
import { type Audit, audit, type Counts, type Last, type Shape } from './audit.js'
import { Cast, ORPHAN } from './cast.js'
import { breakSomething, leave } from './faults.js'
import { readRound } from './ledger.js'
import type { Part } from './puppet.js'

const REST_MS = 400
const CHAOS_MS = 4000
const MOST_FAULTS = 12
const HEAL_MS = 40_000

export interface Result {
  readonly rounds: number
  /** How often each fault was made. */
  readonly made: Map<string, number>
  readonly single: Counts
  readonly multiple: Counts
  /** Errors that processes had, by code, other than of undelivered events. */
  readonly errors: Map<string, number>
  readonly peakMiB: number
  /** What must not be; empty where all is well. */
  readonly faults: string[]
}

export interface Wish {
  readonly seed: number
  readonly seconds: number
  /** Told at the end of each round. */
  readonly onRound?: (round: number, audit: Audit) => void
}

export async function runChaos({ seed, seconds, onRound }: Wish): Promise<Result> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ipem-chaos-'))
  mkdirSync(path.join(folder, 'ledger'))
  const cast = await Cast.open(folder)
  try {
    return await new Director(folder, cast, seed, onRound).run(seconds)
  } finally {
    await cast.close()
    rmSync(folder, { recursive: true })
  }
}

class Director {
  readonly #folder: string
  readonly #cast: Cast
  readonly #seed: number
  readonly #dice
  readonly #onRound: Wish['onRound']
  readonly #last: Last = new Map()
  readonly #made = new Map<string, number>()
  readonly #single = { sent: 0, arrived: 0, returned: 0, lost: 0 }
  readonly #multiple = { sent: 0, arrived: 0, returned: 0, lost: 0 }
  readonly #faults: string[] = []
  #shape: Shape = new Map()
  readonly #dismissed = new Set<number>()
  #guests = 0
  #peakMiB = 0

  constructor(folder: string, cast: Cast, seed: number, onRound: Wish['onRound']) {
    this.#folder = folder
    this.#cast = cast
    this.#seed = seed
    this.#dice = randomFrom(seed)
    this.#onRound = onRound
  }

  /** Three families at a socket, of five, three and two processes; whoever listens first is the grand master. */
  async run(seconds: number): Promise<Result> {
    const end = performance.now() + seconds * 1000
    const exit = { orphan: 'exit', useSocket: false } as const
    const below = (name: string, ...children: Part[]) => this.#part(name, exit, children)
    this.#cast.start(this.#part('a', {}, [below('a1', below('a11'), below('a12')), below('a2')]))
    this.#cast.start(this.#part('b', {}, [below('b1'), below('b2')]))
    this.#cast.start(this.#part('c', {}, [this.#part('c1', { orphan: 'rejoin' }, [])]))
    this.#shape = await this.#whole(10)
    while (this.#faults.length === 0 && performance.now() < end) {
      await this.#rest()
      if (this.#faults.length === 0) await this.#chaos()
    }
    this.#faults.push(...this.#cast.complaints)
    return {
      rounds: this.#cast.round,
      made: this.#made,
      single: this.#single,
      multiple: this.#multiple,
      errors: this.#cast.errors,
      peakMiB: Math.round(this.#peakMiB),
      faults: this.#faults,
    }
  }

  async #rest(): Promise<void> {
    await this.#begin()
    await delay(REST_MS)
    const { single, multiple, faults } = await this.#end(this.#shape)
    for (const { returned, lost } of [single, multiple]) {
      if (returned + lost > 0) faults.push(`${returned} returned and ${lost} lost, and nothing was broken`)
    }
    this.#take({ single, multiple, faults })
  }

  async #chaos(): Promise<void> {
    const cast = this.#cast
    await this.#begin()
    const guest = () => this.#part(`guest${++this.#guests}`, {}, [])
    const stage = { cast, dice: this.#dice, guest }
    const count = 1 + Math.floor(this.#dice() * MOST_FAULTS)
    for (let i = 0; i < count; i++) {
      await delay((this.#dice() * 2 * CHAOS_MS) / count)
      const name = await breakSomething(stage)
      this.#made.set(name, (this.#made.get(name) ?? 0) + 1)
      void cast.tellRoster()
    }
    const after = await this.#whole()
    await cast.tellRoster()
    await cast.all('mark')
    await cast.all('go')
    await delay(REST_MS)
    this.#take(await this.#end(after))
    this.#shape = after
  }

  async #begin(): Promise<void> {
    const cast = this.#cast
    cast.round++
    cast.touched.clear()
    await cast.all('turn', { round: cast.round })
    await cast.tellRoster()
    await cast.all('go')
  }

  /** Nobody sends any more, and nothing is on its way. */
  async #end(after: Shape): Promise<Audit> {
    const cast = this.#cast
    await cast.all('rest')
    const [master] = [...after].find(([, parent]) => parent === null) ?? []
    const answers = await cast.actors
      .get(master ?? 0)
      ?.control.ask<number>('barrier')
      .catch(() => 0)
    const states = await cast.states(10_000)
    for (const { rssMiB } of states?.values() ?? []) this.#peakMiB = Math.max(this.#peakMiB, rssMiB)
    const entries = readRound(path.join(this.#folder, 'ledger'), cast.round)
    const result = audit({ entries, before: this.#shape, after, touched: cast.touched }, this.#last)
    if (answers !== after.size - 1) result.faults.push(`${answers} of ${after.size - 1} answered in the end`)
    return result
  }

  #take(found: Audit): void {
    for (const key of ['sent', 'arrived', 'returned', 'lost'] as const) {
      this.#single[key] += found.single[key]
      this.#multiple[key] += found.multiple[key]
    }
    this.#faults.push(...found.faults.slice(0, 20).map((fault) => `round ${this.#cast.round}: ${fault}`))
    this.#onRound?.(this.#cast.round, found)
  }

  /** All go on, the missing ones are started, and the tree comes together, of `least` processes at least. */
  async #whole(least = 0): Promise<Shape> {
    const cast = this.#cast
    const until = performance.now() + HEAL_MS
    for (const actor of cast.actors.values()) if (actor.stopped) cast.signal(actor, 'SIGCONT')
    let why = ''
    let before = ''
    while (performance.now() < until) {
      cast.restartHeads()
      this.#dismissOrphans()
      const shape = await cast.shape()
      if (typeof shape === 'string') why = shape
      else {
        const now = JSON.stringify([...shape])
        if (now === before && shape.size >= least) return shape
        before = now
        why = `${shape.size} processes, or still moving`
      }
      await delay(150)
    }
    const names = [...cast.actors.values()].map(({ name, osPid }) => `${name} (${osPid})`)
    throw new Error(`The tree did not become whole within ${HEAL_MS} ms: ${why}; there are ${names.join(', ')}`)
  }

  /** Who came back by the socket, while its place is filled anew. */
  #dismissOrphans(): void {
    for (const actor of this.#cast.actors.values()) {
      if (!actor.name.endsWith(ORPHAN) || this.#dismissed.has(actor.number)) continue
      this.#dismissed.add(actor.number)
      leave(this.#cast, actor)
    }
  }

  #part(name: string, own: IpemOptions, children: readonly Part[]): Part {
    const options: IpemOptions = {
      name: 'chaos',
      restart: true,
      delayRestart: 50,
      healthyAfter: 0,
      socket: {
        socketPath: path.join(this.#folder, 'bus'),
        cookie: 'of the chaos, and of nobody else',
        delayReconnect: 100,
      },
      limits: { hardLimit: 16 * 1024 * 1024 },
      ...own,
    }
    return {
      name,
      control: path.join(this.#folder, 'control'),
      folder: path.join(this.#folder, 'ledger'),
      options,
      seed: this.#seed,
      children,
    }
  }
}
