// `node:events` takes an ipem, typed or not.

import {
  addAbortListener,
  type EventEmitter,
  getEventListeners,
  listenerCount,
  on,
  once,
  setMaxListeners,
} from 'node:events'
import ipem, { createIpem } from 'ipem'

interface Events {
  job: [id: number]
}

export async function main(): Promise<void> {
  const typed = createIpem<Events>()
  for (const [value] of [await once(ipem, 'x'), await once(ipem, 'ready', { signal: AbortSignal.timeout(1) })])
    void value
  const [id] = await once(typed, 'job')
  for await (const [value] of on(ipem, 'x', { signal: AbortSignal.timeout(1) })) void value
  for await (const [job] of on(typed, 'job')) void job
  setMaxListeners(1, ipem)
  listenerCount(ipem, 'x')
  getEventListeners(ipem, 'x')
  const [emitter, other]: NodeJS.EventEmitter[] = [ipem, typed]
  emitter?.on('x', () => {}).off('x', () => {})
  void [id, other, addAbortListener]
}

/** A function of somebody else's that takes any emitter. */
declare function pipe(emitter: Pick<EventEmitter, 'on' | 'once' | 'emit' | 'removeListener'>): void
pipe(ipem)
