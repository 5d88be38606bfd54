// One worker as its master sees it: starts its process, hears what it reports, sends it away, and ends it if need be.

import { fileURLToPath } from 'node:url'
import { clusterModule } from '../../builtin-modules.js'
import { type Child, IpemError, type default as ipem } from '../../index.js'
import { fillSettings, overrideSettings } from '../../supervise/cluster-settings.js'
import { graceMs, type PlainConfig } from '../config/resolved.js'
import { HandleChannel, type SentHandle, type ToMaster, type ToWorker } from '../handle-channel.js'
import type { Outputs } from '../log/outputs.js'
import { JOB_VARIABLE, LEAVE, type LeaveOrder, type Report, type WorkerJob } from '../worker-job.js'
import { PatientTimer } from './patient-timer.js'
import type { Member, Phase } from './plan.js'

type Bus = typeof ipem

export interface WorkerExitFacts {
  readonly pid: number | undefined
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface WorkerHandlers {
  onReady(worker: WorkerProcess): void
  /** It is to be replaced, and why. */
  onWorn(worker: WorkerProcess, why: string): void
  /** It leaves by itself. */
  onLeaving(worker: WorkerProcess): void
  onExit(worker: WorkerProcess, exit: WorkerExitFacts): void
  onHandle(worker: WorkerProcess, message: ToMaster, handle: SentHandle | undefined): void
  /** It was killed, and why. */
  onKilled(worker: WorkerProcess, why: string): void
}

/** What a worker gets beyond its own time to leave, before it is killed. */
const KILL_AFTER_MS = 1000

const LAST_WORDS_MS = 250

const ENTRY = fileURLToPath(new URL('./serve-worker.js', import.meta.url))

/** Of a master: workers must not take them for their own. */
const NOT_FOR_WORKERS = ['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES', 'NOTIFY_SOCKET'] as const

export class WorkerProcess implements Member {
  readonly id: number
  readonly slot: number
  readonly generation: number
  /** The keys of the sockets its servers have had. */
  readonly keys = new Set<string>()
  /** It has done enough. */
  worn = false
  /** It was told that no more connections come from here. */
  sealed = false
  readonly startedAt = performance.now()
  readonly osPid: number | undefined
  #phase: Phase = 'booting'
  #readyAt: number | null = null
  #failure: IpemError | null = null
  readonly #bus: Bus
  readonly #child: Child
  readonly #channel: HandleChannel<ToWorker, ToMaster>
  readonly #handlers: WorkerHandlers
  readonly #config: PlainConfig
  readonly #stderrTail: () => string
  #timer: PatientTimer | null

  constructor(
    bus: Bus,
    member: Pick<Member, 'id' | 'slot' | 'generation'>,
    job: WorkerJob,
    outputs: Outputs,
    handlers: WorkerHandlers,
  ) {
    this.id = member.id
    this.slot = member.slot
    this.generation = member.generation
    this.#bus = bus
    this.#handlers = handlers
    this.#config = job.config
    this.#child = start(bus, job, outputs.piped)
    this.osPid = this.#child.osPid
    const { process: child } = this.#child
    const facts = { pid: child.pid, worker: job.slot }
    this.#stderrTail = outputs.relay(child.stdout ?? null, child.stderr ?? null, facts)
    this.#channel = new HandleChannel(child, (message, handle) => handlers.onHandle(this, message, handle))
    // Tells of a process that is not going to be online; its `exit` says all there is to say.
    this.#child.online.catch(() => {})
    this.#child.on('hang', () => handlers.onKilled(this, `its event loop stood still for ${job.config.timeout} s`))
    // It never started, for want of descriptors or memory, and will have no exit.
    if (this.osPid === undefined) setImmediate(() => this.#onExit({ pid: undefined, code: null, signal: null }))
    this.#child.once('exit', (code, signal) => this.#onExit({ pid: child.pid, code, signal }))
    this.#timer = new PatientTimer(job.config.bootTimeout * 1000, () => this.#bootTimeout())
  }

  get phase(): Phase {
    return this.#phase
  }

  /** The pid it has in the tree. */
  get pid(): string | null {
    return this.#child.pid
  }

  /** Milliseconds it has served; null if it never did. */
  get readyMs(): number | null {
    return this.#readyAt === null ? null : performance.now() - this.#readyAt
  }

  /** Why it does not serve. */
  failure(exit: WorkerExitFacts): IpemError {
    if (this.#failure !== null) return this.#failure
    if (exit.pid === undefined) return new IpemError('ERR_IPEM_SPAWN', `Worker ${this.slot} could not be started`)
    const how = exit.signal === null ? `exited with code ${exit.code}` : `was ended by ${exit.signal}`
    const tail = this.#stderrTail()
    const text = `Worker ${this.slot} ${how} before it served${tail === '' ? '' : `:\n${tail}`}`
    return new IpemError('ERR_IPEM_APP', text, { exitCode: exit.code, signal: exit.signal })
  }

  /** It has said something over the bus. */
  report(report: Report): void {
    if (report.is === 'failed') {
      const text = report.stack ?? report.message
      this.#failure = new IpemError(report.code, `Worker ${this.slot} cannot start the app:\n${text}`, {
        reason: report.message,
      })
    } else if (report.is === 'worn') {
      this.worn = true
      this.#handlers.onWorn(this, report.why)
    } else if (report.is === 'leaving') {
      if (this.#leave(graceMs(this.#config))) this.#handlers.onLeaving(this)
    } else if (this.#phase === 'booting') {
      this.#timer?.clear()
      this.#phase = 'ready'
      this.#readyAt = performance.now()
      this.#handlers.onReady(this)
    }
  }

  /** Finish what you have, and go. */
  drain(order: LeaveOrder): void {
    if (!this.#leave(order.graceMs)) return
    const { pid } = this
    // It is not in the tree yet, so it has no request either.
    if (pid === null) this.#child.process.kill('SIGKILL')
    else this.#bus.sendToChild(pid, LEAVE, order)
  }

  /** Whatever it is doing. */
  quick(): void {
    this.#phase = 'draining'
    this.#timer?.clear()
    const { pid } = this
    if (pid === null) this.#child.process.kill('SIGKILL')
    else this.#bus.sendToChild(pid, LEAVE, { graceMs: 0, idleMs: 0 })
    this.#timer = new PatientTimer(KILL_AFTER_MS, () => this.#child.process.kill('SIGKILL'))
  }

  send(message: ToWorker, handle?: SentHandle, onSent?: (error: Error | null) => void): boolean {
    return this.#channel.send(message, handle, onSent)
  }

  #leave(afterMs: number): boolean {
    if (this.#phase === 'draining') return false
    this.#phase = 'draining'
    this.#timer?.clear()
    this.#timer = new PatientTimer(afterMs + KILL_AFTER_MS, () => {
      this.#handlers.onKilled(this, `it did not leave within ${afterMs / 1000} s`)
      this.#child.process.kill('SIGKILL')
    })
    return true
  }

  #bootTimeout(): void {
    const text = `Worker ${this.slot} did not serve within ${this.#config.bootTimeout} s`
    this.#failure ??= new IpemError('ERR_IPEM_APP', text)
    this.#handlers.onKilled(this, `it did not serve within ${this.#config.bootTimeout} s`)
    this.#child.process.kill('SIGKILL')
  }

  #onExit(exit: WorkerExitFacts): void {
    this.#timer?.clear()
    const { stdout } = this.#child.process
    let told = false
    const tell = (): void => {
      if (!told) this.#handlers.onExit(this, exit)
      told = true
    }
    // Its last words may still be in the pipe; a process of its own that has inherited the pipe must not hold us up.
    if (!stdout || stdout.destroyed) tell()
    else {
      const timer = setTimeout(tell, LAST_WORDS_MS)
      this.#child.process.once('close', () => {
        clearTimeout(timer)
        tell()
      })
    }
  }
}

function start(bus: Bus, job: WorkerJob, piped: boolean): Child {
  const cluster = clusterModule()
  const { config } = job
  fillSettings(cluster)
  // The user may have workers of another kind.
  const restore = overrideSettings(cluster, {
    exec: job.direct ? config.workerApp : ENTRY,
    silent: piped,
    cwd: config.workingDirectory,
  })
  try {
    return bus.worker({
      restart: false,
      hangTimeout: config.timeout * 1000,
      args: config.args,
      execArgv: config.nodeArgs,
      env: {
        ...Object.fromEntries(NOT_FOR_WORKERS.map((name) => [name, undefined])),
        ...portOf(config),
        TIAMAT: '1',
        IPEM: '1',
        [JOB_VARIABLE]: JSON.stringify(job),
      },
    })
  } finally {
    restore()
  }
}

/** Apps ask for it to know where they will be. */
function portOf({ places, placesGiven }: PlainConfig): { PORT?: string } {
  const tcp = placesGiven ? places.find(({ kind }) => kind === 'tcp') : undefined
  return tcp?.kind === 'tcp' && tcp.port > 0 ? { PORT: String(tcp.port) } : {}
}
