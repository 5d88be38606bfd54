// How cost and memory grow with the tree: simulated processes on memory links, ten children each.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type SimulatedProcess, SimulatedTree } from '../bus/simulated-tree.js'
import { collectGarbage } from '../collect-garbage.js'

const FAN_OUT = 10
const LISTENERS = 10
const SIZES = [100, 1000, 10_000]

/** A process with both ends of the link to its parent, and its place in the tables of all above it; half is slabs. */
const MAX_BYTES_PER_PROCESS = 32_768

interface Row {
  readonly processes: number
  readonly depth: number
  readonly bytes: number
  readonly joinMs: number
  /** Microseconds for one message, all that is done anywhere. */
  readonly cost: Record<string, number>
}

async function grow(size: number): Promise<SimulatedTree> {
  const tree = new SimulatedTree()
  tree.add()
  for (let count = 1; count < size; count++) {
    tree.addBelow(tree.processes[Math.floor((count - 1) / FAN_OUT)] as SimulatedProcess)
    // Level by level enough at a time, as they would come.
    if (count % 1000 === 0) await tree.settle()
  }
  await tree.settle()
  return tree
}

function depthOf(process: SimulatedProcess): number {
  return process.bus.members.way.length
}

async function memory(): Promise<number> {
  // Twice, and a turn of the event loop between: memory of buffers is given back late.
  collectGarbage()
  await new Promise((resolve) => setImmediate(resolve))
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** CPU time of this process, the least of several runs of `count` messages: what else runs on this machine only adds. */
async function measure(tree: SimulatedTree, count: number, send: () => void, receivers: number): Promise<number> {
  const { processes } = tree
  const times: number[] = []
  for (let run = 0; run < 5; run++) {
    const before = process.cpuUsage()
    for (let sent = 0; sent < count; sent++) {
      send()
      await tree.settle()
    }
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / count)
    const received = processes.reduce((sum, one) => sum + one.received.splice(0).length, 0)
    assert.equal(received, count * receivers)
  }
  return Math.min(...times)
}

async function rowOf(size: number): Promise<Row> {
  const before = await memory()
  const start = performance.now()
  const tree = await grow(size)
  const joinMs = performance.now() - start
  const bytes = ((await memory()) - before) / size
  const { processes } = tree
  const leaf = processes.at(-1) as SimulatedProcess
  const other = processes.find((process) => depthOf(process) === depthOf(leaf)) as SimulatedProcess
  // A branch that does not begin with the first child: the way leads over the grand master.
  assert.notEqual(leaf.bus.members.way.at(-2), other.bus.members.way.at(-2))
  for (const process of processes) process.on('all')
  const few = processes.filter((_, at) => at % Math.floor(size / LISTENERS) === 5).slice(0, LISTENERS)
  for (const process of few) process.on('few')
  other.on('to')
  await tree.settle()
  const siblings = processes.filter(({ bus }) => bus.members.parent?.pid === leaf.bus.members.parent?.pid).length - 1
  const cost = {
    targeted: await measure(tree, 200, () => leaf.sendTo(other.pid, 'to', 1), 1),
    siblings: await measure(tree, 200, () => leaf.multicast('sendToSiblings', 'all', 1), siblings),
    'broadcast, few': await measure(
      tree,
      50,
      () => leaf.multicast('broadcast', 'few', 1),
      LISTENERS - Number(few.includes(leaf)),
    ),
    'broadcast, all': await measure(tree, 2, () => leaf.multicast('broadcast', 'all', 1), size - 1),
    'broadcast, nobody': await measure(tree, 200, () => leaf.multicast('broadcast', 'nobody', 1), 0),
  }
  return { processes: size, depth: depthOf(leaf), bytes, joinMs, cost }
}

function table(rows: Row[]): string {
  const kinds = Object.keys(rows[0]?.cost ?? {})
  const head = ['processes', 'depth', 'bytes a process', 'joining, µs a process', ...kinds.map((kind) => `${kind}, µs`)]
  const lines = rows.map(({ processes, depth, bytes, joinMs, cost }) => [
    processes,
    depth,
    Math.round(bytes),
    Math.round((joinMs * 1000) / processes),
    ...kinds.map((kind) => (cost[kind] as number).toFixed(1)),
  ])
  return [head, head.map(() => '---:'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** The tree grows a hundredfold; memory is further away then, and on a busy machine more so. */
const MOST = 10

describe('a tree of ten thousand processes', () => {
  it('costs by receivers and depth, not by size', async (t) => {
    // The first tree warms the code up.
    await rowOf(SIZES[0] as number)
    const rows: Row[] = []
    for (const size of SIZES) rows.push(await rowOf(size))
    for (const line of table(rows).split('\n')) t.diagnostic(line)
    const [small, , large] = rows as [Row, Row, Row]
    const perHop = (row: Row, kind: string) => (row.cost[kind] as number) / (2 * row.depth)
    assert.ok(
      perHop(large, 'targeted') < MOST * perHop(small, 'targeted'),
      'a targeted message grows with the depth only',
    )
    const grown = (kind: string) => (large.cost[kind] as number) / (small.cost[kind] as number)
    assert.ok(grown('siblings') < MOST, 'siblings cost the same in any tree')
    assert.ok(grown('broadcast, few') < 2 * MOST, 'a broadcast costs by the ways to its receivers')
    assert.ok(grown('broadcast, nobody') < MOST, 'what nobody listens to costs the same in any tree')
    for (const { bytes } of rows) assert.ok(bytes < MAX_BYTES_PER_PROCESS, `${bytes} bytes a process`)
  })
})
