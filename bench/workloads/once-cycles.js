// A process of a tree of eight listens for one event, gets it, and listens again: how many frames the links carry.

import { setTimeout as wait } from 'node:timers/promises'
import { loadSimulation } from '../lib/simulation.js'

const PROCESSES = 8

/** Vanished listeners are told a second late, by each process on the way. */
const QUIET_MS = 1500

export async function run({ cycles }) {
  const { SimulatedTree, MemoryLink, FrameKind } = await loadSimulation()
  const frames = countFrames(MemoryLink, FrameKind)
  const tree = new SimulatedTree()
  tree.add()
  // Two children each, as long as there are any.
  for (let index = 1; index < PROCESSES; index++) tree.addBelow(tree.processes[(index - 1) >> 1])
  await tree.settle()
  frames.interest = frames.all = 0
  const listener = tree.processes[PROCESSES - 1]
  const sender = tree.processes[0]
  let heard = 0
  for (let cycle = 0; cycle < cycles; cycle++) {
    listener.on('once')
    // Timers run while it listens, as they do while somebody awaits the event.
    await new Promise(setImmediate)
    await tree.settle()
    sender.multicast('broadcast', 'once', cycle)
    await tree.settle()
    heard += listener.received.splice(0).length
    listener.off('once')
  }
  for (let before = -1; before !== frames.all; ) {
    before = frames.all
    await wait(QUIET_MS)
    await tree.settle()
  }
  if (heard !== cycles) throw new Error(`Heard ${heard} of ${cycles}`)
  return { 'interest frames': frames.interest, 'all frames': frames.all }
}

/** Counts what every memory link that is made from now on is given to send. */
function countFrames(MemoryLink, FrameKind) {
  const counts = { interest: 0, all: 0 }
  const { pair } = MemoryLink
  MemoryLink.pair = (...options) => {
    const ends = pair.apply(MemoryLink, options)
    for (const end of ends) {
      const send = end.send.bind(end)
      const sendEvent = end.sendEvent.bind(end)
      end.send = (kind, body) => {
        counts.all++
        if (kind === FrameKind.interest) counts.interest++
        send(kind, body)
      }
      end.sendEvent = (...event) => {
        counts.all++
        sendEvent(...event)
      }
    }
    return ends
  }
  return counts
}
