// Random processes that come, go, move and send without waiting for anything, on a shuffled schedule.

import assert from 'node:assert/strict'
import { mock } from 'node:test'
import fc from 'fast-check'
import type { Message } from '../../src/message.js'
import { randomFrom, Schedule, type SimulatedProcess, SimulatedTree } from './simulated-tree.js'
import { TreeModel } from './tree-model.js'

const KINDS = ['sendToParents', 'sendToChilds', 'sendToSiblings', 'sendToGrandMaster', 'broadcast'] as const

const at = fc.nat({ max: 1000 })
const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('spawn' as const), at }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom(...KINDS), at }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('sendTo' as const, 'reply' as const), at, to: at }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('join' as const, 'move' as const), at, to: at }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('cut' as const, 'kill' as const), at }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('on' as const, 'off' as const), at }) },
)
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never
const step = fc.oneof({ weight: 4, arbitrary: act }, fc.constantFrom('run' as const, 'run' as const, 'settle' as const))

/** Steps fall into each other: links break with messages on them, and who moves has not been missed yet. */
class Rush {
  readonly tree: SimulatedTree
  /** As in real trees: who moves can join a grand master only, and a tree joins another one as a whole. */
  readonly #orderly: boolean
  #number = 0

  constructor(seed: number, orderly: boolean) {
    this.tree = new SimulatedTree({ headerRing: 16 }, new Schedule(randomFrom(seed)))
    this.#orderly = orderly
    this.#add()
  }

  async run(step: Act | 'run' | 'settle'): Promise<void> {
    if (step === 'run') await this.tree.schedule.runSome()
    else if (step === 'settle' || (this.#orderly && step.do === 'join')) await this.tree.settle()
    if (typeof step === 'string') return
    this.#act(step)
    if (this.#orderly && step.do === 'join') await this.tree.settle()
  }

  #act(step: Act): void {
    const process = this.#process(step.at)
    switch (step.do) {
      case 'spawn':
        this.tree.join(this.#add(), process)
        break
      case 'sendTo':
        process.sendTo(this.#process(step.to).pid, 'ev', ++this.#number)
        break
      case 'reply': {
        const message = process.received.at(-1)
        if (message !== undefined) process.sendTo(message.pids, 'ev', ++this.#number)
        break
      }
      case 'on':
        process.on('ev', 'online', 'offline')
        break
      case 'off':
        process.off('ev')
        break
      case 'move':
        this.tree.cut(process)
        this.tree.join(process, this.#place(step.to))
        break
      case 'join':
        if (process.wayUp === null) this.tree.join(process, this.#place(step.to))
        break
      case 'cut':
        this.tree.cut(process)
        break
      case 'kill':
        if (this.tree.processes.length > 1) this.tree.kill(process)
        break
      default:
        process.multicast(step.do, 'ev', ++this.#number)
    }
  }

  /** In order for each pair, at most once, never to oneself but where it was meant so. */
  #add(): SimulatedProcess {
    const process = this.tree.add().on('ev')
    const last = new Map<string, number>()
    process.onArrival = ({ from, args: [number], pids }: Message) => {
      const before = last.get(from) ?? 0
      if (this.#orderly) assert.ok((number as number) > before, `${number} behind ${before} from ${from}`)
      last.set(from, number as number)
      assert.equal(new Set(pids).size, pids.length)
      assert.equal(pids.at(-1), process.pid)
      assert.ok(pids.length === 1 || from !== process.pid)
    }
    return process
  }

  #process(index: number): SimulatedProcess {
    return this.tree.processes[index % this.tree.processes.length] as SimulatedProcess
  }

  /** A process to join. */
  #place(index: number): SimulatedProcess {
    const { processes } = this.tree
    const places = this.#orderly ? processes.filter(({ wayUp }) => wayUp === null) : processes
    return places[index % places.length] ?? this.#add()
  }
}

/**
 * Random runs of all that. `orderly`: processes move as they do in real trees, and then order and at most once hold;
 * where they move anywhere, every process still knows its place in the end, and nobody is blamed.
 */
export async function rush(orderly: boolean, numRuns: number): Promise<void> {
  const runs = fc.tuple(fc.integer(), fc.array(step, { minLength: 1, maxLength: 80, size: 'max' }))
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  try {
    await fc.assert(
      fc.asyncProperty(runs, async ([seed, steps]) => {
        const one = new Rush(seed, orderly)
        for (const next of steps) await one.run(next)
        await one.tree.settle()
        const { processes } = one.tree
        TreeModel.of(processes).assertKnowledge()
        // Who comes before it was given up elsewhere is refused, and may come again: nothing else is.
        const codes = new Set(processes.flatMap(({ refusals }) => refusals.map(({ code }) => code)))
        codes.delete('ERR_IPEM_DUPLICATE_PID')
        codes.delete('ERR_IPEM_RING')
        assert.deepEqual([...codes], [])
      }),
      { numRuns, includeErrorInReport: true },
    )
  } finally {
    mock.timers.reset()
  }
}
