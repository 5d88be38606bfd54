// The workers of a master: who is there, who comes next after a crash, who is sent away. What is wanted it is told; what
// follows from it is decided in plan.ts.

import type { default as ipem } from '../../index.js'
import {
  decideRestart,
  INITIAL_RESTART_STATE,
  type RestartPolicy,
  type RestartState,
} from '../../supervise/restart-policy.js'
import { graceMs } from '../config/resolved.js'
import { REPORT, type Report } from '../worker-job.js'
import type { CrewHooks, Equipment } from './crew-types.js'
import { nextSteps, type Step } from './plan.js'
import { type WorkerExitFacts, WorkerProcess } from './worker-process.js'

type Bus = typeof ipem

/** The first crash after a time of health costs nothing; those who crash again and again wait longer and longer. */
const PACE: RestartPolicy = { mode: 'permanent', delayMs: 0, maxDelayMs: 30_000, healthyAfterMs: 10_000 }

/** Before a process that could not be made is tried again. */
const MIN_WAIT_MS = 1000

export class Crew {
  target = 0
  generation = 0
  stopping = false
  readonly #bus: Bus
  readonly #restarting: boolean
  readonly #hooks: CrewHooks
  readonly #equipment: () => Equipment
  readonly #members = new Map<number, WorkerProcess>()
  readonly #pace = new Map<number, RestartState>()
  /** Slots that wait, each with its timer. */
  readonly #waiting = new Map<number, NodeJS.Timeout>()
  #lastId = 0
  /** Until a replacement is tried again. */
  #pause: NodeJS.Timeout | null = null

  /** @param restarting a worker that ends by itself is replaced */
  constructor(bus: Bus, equipment: () => Equipment, hooks: CrewHooks, restarting = true) {
    this.#bus = bus
    this.#restarting = restarting
    this.#equipment = equipment
    this.#hooks = hooks
    const crew = this
    bus.handle(REPORT, function (report) {
      const worker = crew.members.find(({ pid }) => pid === this.from)
      worker?.report(report as Report)
      // Whoever is not one of ours has joined the tree some other way.
      return worker !== undefined
    })
  }

  get members(): readonly WorkerProcess[] {
    return [...this.#members.values()]
  }

  /** Those who serve. */
  get ready(): readonly WorkerProcess[] {
    return this.members.filter(({ phase }) => phase === 'ready')
  }

  /** True if everybody who is wanted serves, with the newest code, and nobody else is left to be sent away. */
  get settled(): boolean {
    const { generation } = this
    const done = (member: WorkerProcess): boolean =>
      member.phase === 'draining' ? member.sealed : member.phase === 'ready' && member.generation >= generation
    return nextSteps(this.members, this.#wanted).length === 0 && this.members.every(done)
  }

  /** As many serve as are wanted, and nobody waits for another try. */
  get complete(): boolean {
    return this.settled && this.ready.length === this.target
  }

  /** How long a connection that has no request may still send one, for workers that are replaced. */
  idleMs = 0

  /** One step towards what is wanted. Answers false if there was none to do. */
  async step(): Promise<boolean> {
    const [step] = nextSteps(this.members, this.#wanted)
    if (step === undefined) return false
    await this.#do(step)
    return true
  }

  /** A worker that replaces another one does not start: those with older code stay. */
  giveUpReload(): void {
    const oldest = Math.min(this.generation, ...this.ready.map(({ generation }) => generation))
    this.generation = oldest
  }

  /** Nobody waits any more. */
  clearWaiting(): void {
    if (this.#pause !== null) clearTimeout(this.#pause)
    this.#pause = null
    for (const timer of this.#waiting.values()) clearTimeout(timer)
    this.#waiting.clear()
  }

  /** Somebody else is in this place, or on the way there. */
  isReplaced(slot: number): boolean {
    return this.members.some((other) => other.slot === slot && other.phase !== 'draining')
  }

  /** All finish and leave. */
  stopInOrder(): void {
    this.clearWaiting()
    this.stopping = true
  }

  quick(): void {
    this.stopping = true
    this.clearWaiting()
    for (const worker of this.members) worker.quick()
  }

  close(): void {
    this.clearWaiting()
    this.#bus.removeHandler(REPORT)
  }

  get #wanted() {
    const { target, generation, stopping } = this
    const replacing = this.#pause === null
    return { target, generation, stopping, replacing, waiting: new Set(this.#waiting.keys()) }
  }

  async #do(step: Step): Promise<void> {
    if (step.do === 'drain') {
      const worker = this.#members.get(step.id)
      const { config } = this.#equipment()
      worker?.drain({ graceMs: graceMs(config.plain), idleMs: this.idleMs })
      this.#hooks.onChange()
      return
    }
    await this.#hooks.beforeStart(step.slot)
    // An order may have come meanwhile.
    const [still] = nextSteps(this.members, this.#wanted)
    if (still?.do === 'start' && still.slot === step.slot) this.#tryStart(step.slot)
  }

  #tryStart(slot: number): void {
    const startedAt = performance.now()
    try {
      this.#start(slot)
    } catch (error) {
      // The system has no room for another process: as if it had crashed.
      this.#wait({ slot, startedAt, readyMs: null }, { code: null, signal: null }, MIN_WAIT_MS)
      throw error
    }
  }

  #start(slot: number): void {
    const { config, outputs, direct, folder } = this.#equipment()
    const id = ++this.#lastId
    const hooks = config.hooks.afterFork !== undefined || config.hooks.afterWorkerReady !== undefined
    const job = { slot, id, direct, config: config.plain, hooks, ...(folder !== undefined && { folder }) }
    const worker = new WorkerProcess(this.#bus, { id, slot, generation: this.generation }, job, outputs, {
      onReady: (ready) => {
        this.#hooks.onReady(ready)
        this.#hooks.onChange()
      },
      onLeaving: (leaving) => {
        this.#hooks.onLeaving(leaving)
        this.#hooks.onChange()
      },
      onWorn: (worn, why) => {
        this.#hooks.onWorn(worn, why)
        this.#hooks.onChange()
      },
      onExit: (gone, exit) => this.#onExit(gone, exit),
      onKilled: (killed, why) => this.#hooks.onKilled(killed, why),
      onHandle: (from, message, handle) => this.#hooks.onHandle(from, message, handle),
    })
    this.#members.set(id, worker)
  }

  #onExit(worker: WorkerProcess, exit: WorkerExitFacts): void {
    this.#members.delete(worker.id)
    const { phase, slot } = worker
    const failure = phase === 'booting' ? worker.failure(exit) : null
    // Where another one serves in its place there is no hurry, and it is not to be tried again.
    const alone = !this.isReplaced(slot)
    const leastMs = exit.pid === undefined ? MIN_WAIT_MS : 0
    if (phase !== 'draining' && alone && !this.stopping) this.#wait(worker, exit, leastMs)
    if (phase === 'booting' && !alone) this.#pauseReplacing()
    this.#hooks.onExit(worker, exit, failure)
    this.#hooks.onChange()
  }

  /** One that was to replace another one does not start: the other one goes on, and there is no hurry. */
  #pauseReplacing(): void {
    if (this.#pause !== null) clearTimeout(this.#pause)
    this.#pause = setTimeout(() => {
      this.#pause = null
      this.#hooks.onChange()
    }, PACE.maxDelayMs)
  }

  #wait(
    { slot, startedAt, readyMs }: Pick<WorkerProcess, 'slot' | 'startedAt' | 'readyMs'>,
    { code, signal }: Pick<WorkerExitFacts, 'code' | 'signal'>,
    leastMs = 0,
  ): void {
    if (!this.#restarting) {
      // Its place stays empty.
      this.#waiting.set(
        slot,
        setTimeout(() => {}, 0),
      )
      return
    }
    const now = performance.now()
    const state = this.#pace.get(slot) ?? INITIAL_RESTART_STATE
    const end = { at: now, aliveMs: now - startedAt, onlineMs: readyMs, code, signal, intentional: false }
    const decision = decideRestart(PACE, state, end, Math.random())
    if (decision.action !== 'restart') return
    this.#pace.set(slot, decision.state)
    const delayMs = Math.max(decision.delayMs, leastMs)
    if (delayMs === 0) return
    const timer = setTimeout(() => {
      this.#waiting.delete(slot)
      this.#hooks.onChange()
    }, delayMs)
    this.#waiting.set(slot, timer)
  }
}
