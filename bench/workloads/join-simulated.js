// Ten thousand processes on memory links join a tree, ten children each: time, and memory of a process with both ends
// of its link and its place in the tables of all above it.

import { loadSimulation } from '../lib/simulation.js'
import { heldBytes } from '../lib/usage.js'

const FAN_OUT = 10
const WARM_UP = 500

export async function run({ processes }) {
  const { SimulatedTree } = await loadSimulation()
  await grow(SimulatedTree, WARM_UP)
  const before = await heldBytes()
  const start = performance.now()
  const tree = await grow(SimulatedTree, processes)
  const ms = performance.now() - start
  const bytes = ((await heldBytes()) - before) / processes
  const alone = tree.processes.filter(({ bus }) => bus.members.parent === null).length
  if (alone !== 1) throw new Error(`${alone} processes are not in the tree`)
  return { ms, 'bytes a process': bytes }
}

async function grow(SimulatedTree, size) {
  const tree = new SimulatedTree()
  tree.add()
  for (let count = 1; count < size; count++) {
    tree.addBelow(tree.processes[Math.floor((count - 1) / FAN_OUT)])
    // Level by level enough at a time, as they would come.
    if (count % 1000 === 0) await tree.settle()
  }
  await tree.settle()
  return tree
}
