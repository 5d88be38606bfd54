// Another process that controls a master: joins it at its socket, gives orders, leaves.

import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createIpem, ERROR_CODES, IpemError, type IpemErrorCode } from '../../index.js'
import { LINK_VARIABLE } from '../../supervise/link-slot.js'
import { isAlive } from '../master/pidfile.js'
import { type FoundServer, listens } from './find-servers.js'
import { CONTROL, CONTROL_NAME, type ControlOrder, checkWorkers } from './protocol.js'
import type { ServerStatus } from './server-status.js'

/** For what a master answers at once. */
const ANSWER_MS = 5000

const POLL_MS = 50

/** A server may have been one part of a program that goes on. */
const LINGER_MS = 2000

/** The link was over before the answer was here: so is the server. */
const OVER: ReadonlySet<unknown> = new Set(['ERR_IPEM_CLOSED', 'ERR_IPEM_GONE', 'ERR_IPEM_UNREACHABLE'])

/** A running server, seen from another process. Made by `connectServer()`; to be closed. */
export class ServerControl {
  /** Of the master. */
  readonly pid: number
  readonly #file: string
  readonly #bus = createIpem()
  readonly #timeoutMs: number | undefined

  private constructor({ pid, file }: FoundServer, timeoutMs: number | undefined) {
    this.pid = pid
    this.#file = file
    this.#timeoutMs = timeoutMs
  }

  /**
   * @internal
   * @param timeoutMs for each answer; undefined: 5 s, and for what may take long as long as it takes
   * @throws ERR_IPEM_TIMEOUT, ERR_IPEM_AUTH, ERR_IPEM_UNREACHABLE and others
   */
  static async connect(server: FoundServer, timeoutMs: number | undefined): Promise<ServerControl> {
    // It would be taken away from the ipem it is for.
    if (LINK_VARIABLE in process.env) throw notHere(server.pid)
    const control = new ServerControl(server, timeoutMs)
    try {
      await control.#join(timeoutMs ?? ANSWER_MS)
    } catch (error) {
      await control.close()
      throw error
    }
    return control
  }

  status(): Promise<ServerStatus> {
    return this.#ask<ServerStatus>({ order: 'status' }, this.#timeoutMs ?? ANSWER_MS)
  }

  /**
   * As SIGHUP. Resolves when all workers have the new code.
   *
   * @throws ERR_IPEM_CONFIG, ERR_IPEM_LISTEN, ERR_IPEM_APP; those with the old code go on then
   */
  async reload(): Promise<void> {
    await this.#ask({ order: 'reload' })
  }

  /**
   * So many workers from now on, 0–1024. Resolves when they serve.
   *
   * @throws ERR_IPEM_APP one of them does not start; it is tried again all the same
   */
  async scale(workers: number): Promise<void> {
    await this.#ask({ order: 'scale', workers: checkWorkers(workers) })
  }

  /** Finishes the requests and ends; with `{ quick: true }` at once. Resolves when the process is gone. */
  async stop({ quick = false }: { readonly quick?: boolean } = {}): Promise<void> {
    const deadline = performance.now() + (this.#timeoutMs ?? Number.POSITIVE_INFINITY)
    try {
      await this.#ask({ order: 'stop', quick }, this.#timeoutMs ?? ANSWER_MS)
    } catch (error) {
      if (!OVER.has((error as IpemError).code)) throw error
    }
    await this.#gone(deadline)
  }

  /** As SIGUSR1: opens the log files anew. */
  async reopenLogs(): Promise<void> {
    await this.#ask({ order: 'reopenLogs' }, this.#timeoutMs ?? ANSWER_MS)
  }

  /** As SIGUSR2: starts a new master beside this one. Does not wait for it. */
  async upgrade(): Promise<void> {
    await this.#ask({ order: 'upgrade' }, this.#timeoutMs ?? ANSWER_MS)
  }

  /** Leaves the server alone. What was ordered is done all the same. */
  close(): Promise<void> {
    return this.#bus.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #join(timeoutMs: number): Promise<void> {
    const bus = this.#bus
    bus.options({
      name: CONTROL_NAME,
      signals: false,
      orphan: 'rejoin',
      // Until it is in it tries again; an order whose answer is lost must not be given a second time.
      socket: { socketPath: this.#file, onlyConnect: true, delayReconnect: POLL_MS, reconnect: false },
    })
    let timer: NodeJS.Timeout | undefined
    try {
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(() => reject(timeout(`Server ${this.pid} does not answer`, timeoutMs)), timeoutMs)
        bus.on('error', (error) => reject(error.code === 'ERR_IPEM_DUPLICATE_COPY' ? notHere(this.pid) : error))
        // Without a parent there was an error, which is told by itself.
        bus.once('ready', () => bus.isGrandMaster || resolve())
        bus.start()
      })
    } finally {
      clearTimeout(timer)
    }
    if (bus.parentPid?.startsWith(`${this.pid}-`)) return
    throw notHere(this.pid)
  }

  async #ask<T>(order: ControlOrder, timeoutMs = this.#timeoutMs): Promise<T> {
    try {
      return await this.#bus.request<T>('parent', CONTROL, order, { timeout: timeoutMs ?? 0 })
    } catch (error) {
      throw asOwn(error)
    }
  }

  /** What was said over the link is no proof: the last thing a server does is to let go of it. */
  async #gone(deadline: number): Promise<void> {
    const startedAt = performance.now()
    let closedAt: number | null = null
    for (;;) {
      const alive = isAlive(this.pid) && !isZombie(this.pid)
      const open = fs.existsSync(this.#file) && (alive || (await listens(this.#file)))
      const now = performance.now()
      if (open) closedAt = null
      else if (!alive) return
      else closedAt ??= now
      if (closedAt !== null && now - closedAt > LINGER_MS) return
      if (now > deadline) throw timeout(`Server ${this.pid} is still there`, Math.round(now - startedAt))
      await sleep(POLL_MS)
    }
  }
}

/** Dead, and its parent does not care. */
function isZombie(pid: number): boolean {
  try {
    return fs.readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.startsWith('Z') === true
  } catch {
    return false
  }
}

function notHere(pid: number): IpemError {
  const text = `This process is the child of another one on a bus, so it cannot join server ${pid}: ask from elsewhere`
  return new IpemError('ERR_IPEM_UNREACHABLE', text, { pid })
}

function timeout(what: string, timeoutMs: number): IpemError {
  return new IpemError('ERR_IPEM_TIMEOUT', `${what} after ${timeoutMs / 1000} s`, { timeoutMs })
}

/** An error that was thrown over there, as one of here. */
function asOwn(error: unknown): unknown {
  const { name: _, code, ...fields } = { ...(error as Error & { code?: unknown }) }
  if (error instanceof IpemError || typeof code !== 'string' || !Object.hasOwn(ERROR_CODES, code)) return error
  return new IpemError(code as IpemErrorCode, (error as Error).message, { ...fields, cause: error })
}
