// What a process of the chaos tree sends and hears, each event written down. Numbers stand for processes, and each pair
// of them counts its events from 1.

import type ipem from '../../src/index.js'
import type { IpemError } from '../../src/index.js'
import { randomFrom } from '../bus/simulated-tree.js'
import type { Ledger } from './ledger.js'

const PAUSE_MS = 5

/** Of a hundred turns so many are events for all. */
const CASTS = 10

const SMALL = Buffer.alloc(200, 1)
const MEDIUM = Buffer.alloc(20_000, 2)

export class Traffic {
  readonly #ipem: typeof ipem
  readonly #ledger: Ledger
  readonly #number: number
  readonly #random: () => number
  readonly #sent = new Map<number, number>()
  #cast = 0
  #others: readonly [number: number, pid: string][] = []
  #timer: NodeJS.Timeout | null = null

  constructor(bus: typeof ipem, ledger: Ledger, number: number, seed: number) {
    this.#random = randomFrom(seed + number)
    this.#ipem = bus
    this.#ledger = ledger
    this.#number = number
    bus.on('note', (other: number, seq: number) => ledger.write({ what: 'received', other, seq }))
    bus.on('cast', (other: number, seq: number) => ledger.write({ what: 'heard', other, seq }))
  }

  setOthers(others: readonly [number: number, pid: string][]): void {
    this.#others = others.filter(([number]) => number !== this.#number)
  }

  go(): void {
    this.#timer ??= setInterval(() => this.#turn(), PAUSE_MS)
  }

  rest(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  /** So many events for one process, without waiting for anything. */
  send(to: number, count: number, bytes: number): void {
    const pid = this.#others.find(([number]) => number === to)?.[1]
    if (pid === undefined) return
    const body = bytes === SMALL.length ? SMALL : Buffer.alloc(bytes, 3)
    for (let i = 0; i < count; i++) this.#note(to, pid, body)
  }

  /** Whether it was about an event of ours that did not arrive. */
  onError(error: IpemError): boolean {
    const { code, count, ended, undelivered } = error as IpemError & {
      undelivered?: { event: string; args: unknown[] }
    }
    if (code === 'ERR_IPEM_OVERFLOW') {
      this.#ledger.write({ what: 'refused', count: count as number, ended: ended === true })
      return true
    }
    if (code !== 'ERR_IPEM_UNREACHABLE' || undelivered?.event !== 'note') return false
    // Of a large one the arguments do not come back.
    const [, seq = 0, , other = 0] = undelivered.args as number[]
    this.#ledger.write({ what: 'returned', other, seq })
    return true
  }

  #turn(): void {
    if (this.#ipem.writableNeedDrain || this.#others.length === 0) return
    const dice = this.#random() * 100
    if (dice < CASTS) {
      const seq = ++this.#cast
      this.#ledger.write({ what: 'cast', seq })
      this.#ipem.broadcast('cast', this.#number, seq)
      return
    }
    const [to, pid] = this.#others[Math.floor(this.#random() * this.#others.length)] as [number, string]
    const body = dice > 97 ? MEDIUM : SMALL
    for (let i = 0; i < 10; i++) this.#note(to, pid, body)
  }

  #note(to: number, pid: string, body: Buffer): void {
    const seq = (this.#sent.get(to) ?? 0) + 1
    this.#sent.set(to, seq)
    this.#ledger.write({ what: 'sent', other: to, seq })
    this.#ipem.sendTo(pid, 'note', this.#number, seq, body, to)
  }
}
