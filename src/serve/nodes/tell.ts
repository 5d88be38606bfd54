// What a node tells its user of how it began.

import type { Nodes } from './nodes.js'

/** Which of the promises a process has started nobody waits for. */
export function fail(nodes: Nodes, error: unknown): void {
  if (nodes.listenerCount('error') > 0) nodes.emit('error', error as Error)
  else
    process.nextTick(() => {
      throw error
    })
}

/** By itself: what a listener throws is not a failure of ours. */
export function tellReady(nodes: Nodes): void {
  process.nextTick(() => nodes.emit('ready'))
}
