// A sender and readers below one relay, steered by the test on top of it.

import type { TestContext } from 'node:test'
import type { IpemOptions } from '../../src/index.js'
import { type AnyIpem, DEADLINE_MS, fixture, startIpem } from './stage.js'

export interface Count {
  readonly received: number
  readonly wrong: string
  readonly overflows: readonly { code: string; pid: string; count: number; ended: boolean }[]
}

export const osPidOf = (pid: string): number => Number.parseInt(pid, 10)

const patience = { timeout: 0 }

export class Pressure {
  readonly top: AnyIpem
  readonly relay: string
  readonly sender: string

  private constructor(top: AnyIpem, relay: string, sender: string) {
    this.top = top
    this.relay = relay
    this.sender = sender
  }

  static async start(t: TestContext, options: IpemOptions = {}): Promise<Pressure> {
    const top = await startIpem(t, { restart: false })
    const env = { ...process.env, OPTIONS: JSON.stringify({ restart: false, ...options }) }
    const relay = await top.fork(fixture('backpressure-member'), [], { env }).online
    return new Pressure(top, relay, await top.request<string>(relay, 'fork'))
  }

  /** One more below the relay; each event keeps it busy for so long. */
  reader(busyMicroseconds = 0): Promise<string> {
    return this.top.request<string>(this.relay, 'fork', String(busyMicroseconds))
  }

  /** Resolves when all is sent, to how often a patient sender had to wait. */
  send(how: string, count: number, bytes: number, patient: boolean, first = 0): Promise<number> {
    return this.top.request<number>(this.sender, 'send', how, count, bytes, patient, first, patience)
  }

  count(pid: string): Promise<Count> {
    return this.top.request<Count>(pid, 'count', patience)
  }

  /** The highest resident set of the relay from the first call on, in MiB. */
  async rss(): Promise<number> {
    return (await this.top.request<number>(this.relay, 'rss', patience)) / 2 ** 20
  }

  /** Waits for as long as there is progress. */
  async received(pid: string, count: number): Promise<Count> {
    let last = -1
    for (let end = performance.now() + DEADLINE_MS; ; ) {
      const state = await this.count(pid)
      if (state.received >= count) return state
      if (state.received > last) end = performance.now() + DEADLINE_MS
      else if (performance.now() > end) {
        const { overflows } = await this.count(this.sender)
        throw new Error(`${pid} got ${state.received} of ${count}, and no more: ${JSON.stringify([state, overflows])}`)
      }
      last = state.received
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

/**
 * What a relay may grow by, whatever passes through it. Its queues are a tenth of that; Node takes 64 KiB for each read
 * and, from version 24 on, gives them back only when there are some 64 MiB.
 */
export const MOST_MIB = 96

/** A sender ten times as fast as the reader, and the relay between them. */
export async function slowReader(t: TestContext, count: number, bytes: number) {
  const pressure = await Pressure.start(t)
  const reader = await pressure.reader(20)
  const before = await pressure.rss()
  const waits = await pressure.send(reader, count, bytes, true)
  const { received, wrong } = await pressure.received(reader, count)
  const { overflows } = await pressure.count(pressure.sender)
  return { received, wrong, overflows, waits, grownMiB: (await pressure.rss()) - before }
}
