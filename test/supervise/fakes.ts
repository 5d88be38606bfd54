// Processes, sockets and time that a test moves by hand. No test in this file.

import type { ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type { ChildSpec, Spawned } from '../../src/supervise/child-spec.js'
import type { Clock } from '../../src/supervise/clock.js'
import { Supervisor, type SupervisorHooks } from '../../src/supervise/supervisor.js'

interface FakeTimer {
  readonly at: number
  readonly callback: () => void
  referenced: boolean
  ref(): void
  unref(): void
}

export class FakeClock implements Clock {
  #now = 0
  readonly #timers = new Set<FakeTimer>()

  now(): number {
    return this.#now
  }

  setTimeout(callback: () => void, delayMs: number): FakeTimer {
    const timer: FakeTimer = {
      at: this.#now + delayMs,
      callback,
      referenced: true,
      ref: () => {
        timer.referenced = true
      },
      unref: () => {
        timer.referenced = false
      },
    }
    this.#timers.add(timer)
    return timer
  }

  clearTimeout(timer: FakeTimer): void {
    this.#timers.delete(timer)
  }

  /** How long each pending timer still takes, the next first. */
  get pending(): number[] {
    return [...this.#timers].map((timer) => timer.at - this.#now).sort((a, b) => a - b)
  }

  get referenced(): boolean[] {
    return [...this.#timers].map((timer) => timer.referenced)
  }

  advance(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const [next] = [...this.#timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)
      if (!next) break
      this.#now = next.at
      this.#timers.delete(next)
      next.callback()
    }
    this.#now = end
  }
}

export class FakeSocket extends EventEmitter {
  destroyed = false

  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    this.emit('close')
  }
}

/** Dies of SIGKILL at once, of anything else when the test says so. */
export class FakeProcess extends EventEmitter {
  readonly pid: number | undefined
  readonly socket = new FakeSocket()
  readonly signals: string[] = []
  referenced = true
  killable = true
  ended = false

  constructor(pid: number | undefined) {
    super()
    this.pid = pid
  }

  kill(signal: NodeJS.Signals): boolean {
    if (!this.killable) throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' })
    this.signals.push(signal)
    if (signal === 'SIGKILL') queueMicrotask(() => this.exit(null, 'SIGKILL'))
    return true
  }

  exit(code: number | null, signal: NodeJS.Signals | null = null): void {
    if (this.ended) return
    this.ended = true
    this.emit('exit', code, signal)
  }

  ref(): void {
    this.referenced = true
  }

  unref(): void {
    this.referenced = false
  }

  get node(): ChildProcess {
    return this as unknown as ChildProcess
  }
}

export interface Harness {
  readonly clock: FakeClock
  readonly supervisor: Supervisor
  /** All processes so far. */
  readonly processes: FakeProcess[]
  /** What the owner and the listeners of children were told, in order. */
  readonly log: string[]
  /** The latest process. */
  readonly last: FakeProcess
  spec(changes?: SpecChanges): ChildSpec
}

export interface SpecChanges extends Partial<Omit<ChildSpec, 'restart'>> {
  readonly restart?: Partial<ChildSpec['restart']>
  /** Makes the process instead. */
  readonly make?: () => FakeProcess
  readonly scriptError?: Error
}

export function harness(): Harness {
  const clock = new FakeClock()
  const processes: FakeProcess[] = []
  const log: string[] = []
  const hooks: SupervisorHooks = {
    onSpawn: (_child, process) => log.push(`spawn ${process.pid}`),
    onExit: (_child, code, signal) => log.push(`exit ${code ?? signal}`),
    onOffline: (_child, pid, { code, signal, reason }) => log.push(`offline ${pid} ${code ?? signal} ${reason}`),
    onSpawnError: (_child, error, retry) => log.push(`${error.code} retry ${retry}`),
    onGaveUp: (_child, error) => log.push(error.code),
    onSize: (size) => log.push(`size ${size}`),
  }
  const supervisor = new Supervisor(hooks, { clock, random: () => 0 })
  const spec = ({ restart, make, scriptError, ...changes }: SpecChanges = {}): ChildSpec => ({
    spawn(): Spawned {
      const process = make?.() ?? new FakeProcess(1001 + processes.length)
      processes.push(process)
      const spawned = { process: process.node, socket: process.socket as unknown as Socket }
      return scriptError ? { ...spawned, scriptError: () => scriptError } : spawned
    },
    restart: { mode: 'permanent', delayMs: 1000, maxDelayMs: 30_000, healthyAfterMs: 10_000, ...restart },
    stopTimeoutMs: 5000,
    ...changes,
  })
  const last = () => processes.at(-1) as FakeProcess
  return {
    clock,
    supervisor,
    processes,
    log,
    spec,
    get last() {
      return last()
    },
  }
}
