// Processes without processes: each has a `Requests`, and what they send each other goes through one queue in memory.

import { IpemError } from '../../src/errors.js'
import { type Message, MessageType } from '../../src/message.js'
import type { RequestPort, RequestTarget } from '../../src/request/port.js'
import { Requests } from '../../src/request/requests.js'

export interface Sent {
  readonly kind: 'request' | 'answer' | 'cancel'
  readonly from: string
  readonly to: string
  readonly id: number
  readonly content: readonly unknown[]
  readonly deliver: () => void
}

export class MemoryNet {
  /** Everything that was accepted, in order. */
  readonly sent: Sent[] = []
  /** What is under way while `held`. */
  readonly queue: Sent[] = []
  readonly processes = new Map<string, Process>()
  /** True: messages wait for `flush()`. False: they arrive before the send returns. */
  held: boolean

  constructor({ held = false } = {}) {
    this.held = held
  }

  /** The first one is the grand master. */
  add(pid: string, { requestTimeoutMs = 0, maxPendingRequests = 10_000 } = {}): Process {
    const process = new Process(this, pid, { requestTimeoutMs, maxPendingRequests })
    this.processes.set(pid, process)
    return process
  }

  send(message: Sent): void {
    this.sent.push(message)
    if (this.held) this.queue.push(message)
    else message.deliver()
  }

  flush(): void {
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) next.deliver()
  }

  /** The process ends; those who watch are told. What it has sent still arrives before, unless it is dropped. */
  lose(pid: string): void {
    this.processes.delete(pid)
    for (const process of this.processes.values()) if (process.watching) process.requests.onGone(pid)
  }

  count(kind: Sent['kind']): number {
    return this.sent.filter((message) => message.kind === kind).length
  }
}

export class Process implements RequestPort {
  readonly net: MemoryNet
  readonly pid: string
  readonly requests: Requests
  watching = false
  transitions = 0
  /** Thrown by the next sends, one each. */
  readonly refusals: unknown[] = []

  constructor(net: MemoryNet, pid: string, limits: { requestTimeoutMs: number; maxPendingRequests: number }) {
    this.net = net
    this.pid = pid
    this.requests = new Requests(this, limits)
  }

  sendRequest(target: RequestTarget, event: string, id: number, args: readonly unknown[]): void {
    const content = this.#accept(args)
    const to = this.#find(target.to)
    this.#post('request', to, id, content, () => {
      this.net.processes.get(to)?.requests.onRequest(this.message(to, MessageType.request, event, content), id)
    })
  }

  sendAnswer(pids: readonly string[], id: number, body: readonly unknown[]): void {
    const content = this.#accept(body)
    const to = pids[0] as string
    this.#post('answer', to, id, content, () => {
      this.net.processes.get(to)?.requests.onAnswer(this.message(to, MessageType.answer, '', content), id)
    })
  }

  sendCancel(target: RequestTarget, id: number): void {
    this.#accept([])
    const to = this.#find(target.to)
    this.#post('cancel', to, id, [], () => this.net.processes.get(to)?.requests.onCancel(this.pid, id))
  }

  whoIs(): string | undefined {
    return [...this.net.processes.keys()][0]
  }

  watchGone(watching: boolean): void {
    if (watching === this.watching) throw new Error('watchGone without a transition')
    this.watching = watching
    this.transitions++
  }

  /** A message of this process as it arrives at `to`. */
  message(to: string, type: Message['type'], event: string, args: readonly unknown[]): Message {
    return { from: this.pid, pids: [this.pid, to], to, route: [], type, event, args }
  }

  #accept(content: readonly unknown[]): readonly unknown[] {
    if (this.refusals.length > 0) throw this.refusals.shift()
    return content.map((value, index) => copy(value, `args[${index}]`))
  }

  #find(pid: string): string {
    const found = pid === 'grandmaster' ? [...this.net.processes.keys()][0] : pid
    if (found !== undefined && this.net.processes.has(found)) return found
    throw new IpemError('ERR_IPEM_UNREACHABLE', `No process ${pid}`, { pid })
  }

  #post(kind: Sent['kind'], to: string, id: number, content: readonly unknown[], deliver: () => void): void {
    this.net.send({ kind, from: this.pid, to, id, content, deliver })
  }
}

/** Stands for the payload codec: plain data and errors travel, functions do not. */
function copy(value: unknown, path: string): unknown {
  if (typeof value === 'function') {
    throw new IpemError('ERR_IPEM_UNSERIALIZABLE', `${path} is a function`, { path })
  }
  if (value instanceof Error) {
    const error = new Error(value.message)
    for (const key of ['name', 'stack', 'cause', ...Object.keys(value)] as const) {
      const part = (value as Error & Record<string, unknown>)[key]
      if (part === undefined) continue
      Object.defineProperty(error, key, {
        value: copy(part, `${path}.${key}`),
        enumerable: Object.keys(value).includes(key),
        writable: true,
        configurable: true,
      })
    }
    return error
  }
  if (Array.isArray(value)) return value.map((entry, index) => copy(entry, `${path}[${index}]`))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, copy(entry, `${path}.${key}`)]))
}

/** Lets promises and `setImmediate` callbacks that are due run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** How a promise stands after a turn: its value, its error, or neither. */
export async function outcome(promise: Promise<unknown>): Promise<{ value?: unknown; error?: unknown } | 'pending'> {
  const pending = new Promise<'pending'>((resolve) => setImmediate(resolve, 'pending'))
  return Promise.race([
    promise.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    ),
    pending,
  ])
}
