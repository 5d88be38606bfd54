// Tells the other workers how many connections this one has, hears it of them, and passes new ones on.

import { type Message, MessageType } from '../../index.js'
import { LOAD, type LoadNews } from '../worker-job.js'
import { type LoadFacts, passTo } from './balance.js'
import type { Bus } from './bus.js'
import { Tally } from './tally.js'

/** How often the others are told, at most. */
const NEWS_MS = 10

export class Balancer {
  readonly tally = new Tally(() => this.#changed())
  readonly #send: (news: LoadNews) => void
  readonly #others = new Map<string, { total: number; aged: number }>()
  #timer: NodeJS.Timeout | null = null
  #told: LoadFacts | null = null
  #active = false

  /** @param send tells the others; siblings if not given */
  constructor(bus: Bus, send: (news: LoadNews) => void = (news) => void bus.sendToSiblings(LOAD, news)) {
    this.#send = send
    const balancer = this
    bus.on(LOAD, function (this: Message, news: LoadNews) {
      // Of siblings, of an own child, of the own parent; what children tell those further up is none of their business.
      if (this.type === MessageType.toSiblings || this.pids.length === 2) balancer.#hear(this.from, news)
    })
    bus.on('offline', (pid) => void this.#others.delete(pid))
  }

  /** This worker takes connections from now on. */
  start(): void {
    this.#active = true
    this.#tell(true)
  }

  /** It takes no more. */
  stop(): void {
    this.#active = false
    this.#send(null)
  }

  /** Who should have the connection that was just accepted; null: this worker. */
  choose(): string | null {
    const { total, aged, longShare } = this.tally
    const pid = passTo({ total: total + 1, aged: aged + 1, longShare }, this.#others)
    const other = pid === null ? undefined : this.#others.get(pid)
    if (other === undefined) return null
    // Until it says so itself.
    other.total++
    other.aged++
    return pid
  }

  #hear(pid: string, news: LoadNews): void {
    if (news === null) {
      this.#others.delete(pid)
      return
    }
    const known = this.#others.has(pid)
    this.#others.set(pid, { total: news.total, aged: news.aged })
    // It does not know of this one either.
    if (!known && this.#active) this.#tell(true)
  }

  #changed(): void {
    if (!this.#active || this.#timer !== null) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#tell(false)
    }, NEWS_MS)
    this.#timer.unref()
  }

  #tell(anyway: boolean): void {
    const { total, aged } = this.tally
    if (!this.#active || (!anyway && this.#told?.total === total && this.#told.aged === aged)) return
    this.#told = { total, aged }
    this.#send(this.#told)
  }
}
