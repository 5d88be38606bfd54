// The bus between nodes of one process: requests to pids, events to children. Without delay, without links.

import { EventEmitter } from 'node:events'
import type ipem from '../../../src/index.js'

type Bus = typeof ipem
type Handler = (this: { from: string }, ...args: unknown[]) => unknown

export class FakeNet {
  readonly #handlers = new Map<string, Handler>()
  /** All requests so far, as `pid event`. */
  readonly asked: string[] = []
  /** All events to children so far. */
  readonly told: unknown[][] = []

  /** What a process with this pid has as its bus. */
  bus(pid: string): Bus & { tell(event: string, ...args: unknown[]): void } {
    const { asked, told } = this
    const handlers = this.#handlers
    const events = new EventEmitter()
    const bus = {
      pid,
      handle: (event: string, handler: Handler) => handlers.set(`${pid} ${event}`, handler),
      removeHandler: (event: string) => handlers.delete(`${pid} ${event}`),
      on: events.on.bind(events),
      off: events.off.bind(events),
      tell: events.emit.bind(events),
      sendToChilds: (...args: unknown[]) => told.push(args),
      async request(to: string, event: string, ...args: unknown[]) {
        asked.push(`${to} ${event}`)
        const handler = handlers.get(`${to} ${event}`)
        if (handler === undefined) throw new Error(`${to} does not answer`)
        return await handler.call({ from: pid }, ...args)
      },
    }
    return bus as unknown as ReturnType<FakeNet['bus']>
  }
}
