// A load of HTTP requests that takes every loss seriously: each request is answered whole, or it is counted as what
// happened to it. Clients keep their connection or make one for each request, and always have one request under way.

import net from 'node:net'

export interface LoadOptions {
  /** Where, as `net.connect` takes it. */
  readonly to: net.NetConnectOpts
  /** Clients that keep their connection. */
  readonly keepAlive: number
  /** Clients that make a connection for each request. */
  readonly close: number
}

export interface LoadCounts {
  answered: number
  /** No connection could be made, or it was ended before its first answer: it may never have been accepted. */
  refused: number
  /** The connection was reset while a request was under way. */
  reset: number
  /** It was closed before the first byte of the answer. */
  unanswered: number
  /** It was closed within the answer. */
  half: number
  /** An answer that is not 200. */
  wrong: number
  /** A connection without a request was closed by the server: nothing lost. */
  closedIdle: number
}

/** What the answers said of who answered: the process ids in their bodies. */
export type Answerers = Map<string, number>

export class Load {
  readonly counts: LoadCounts = { answered: 0, refused: 0, reset: 0, unanswered: 0, half: 0, wrong: 0, closedIdle: 0 }
  readonly answerers: Answerers = new Map()
  readonly #options: LoadOptions
  readonly #clients: Promise<void>[] = []
  /** Who has answered last on each open connection. */
  readonly #held = new Map<net.Socket, string>()
  #stopping = false

  constructor(options: LoadOptions) {
    this.#options = options
    for (let n = 0; n < options.keepAlive; n++) this.#clients.push(this.#client(true))
    for (let n = 0; n < options.close; n++) this.#clients.push(this.#client(false))
  }

  get lost(): number {
    const { refused, reset, unanswered, half, wrong } = this.counts
    return refused + reset + unanswered + half + wrong
  }

  /** How many of the open connections are with whom. */
  get connections(): Answerers {
    const counts: Answerers = new Map()
    for (const pid of this.#held.values()) counts.set(pid, (counts.get(pid) ?? 0) + 1)
    return counts
  }

  async stop(): Promise<LoadCounts> {
    this.#stopping = true
    await Promise.all(this.#clients)
    return this.counts
  }

  async #client(keepAlive: boolean): Promise<void> {
    while (!this.#stopping) await this.#connection(keepAlive)
  }

  /** Until the connection ends, however it does. */
  #connection(keepAlive: boolean): Promise<void> {
    return new Promise((resolve) => {
      const socket = net.connect(this.#options.to)
      const request = `GET / HTTP/1.1\r\nHost: x\r\nConnection: ${keepAlive ? 'keep-alive' : 'close'}\r\n\r\n`
      let asking = false
      let answer = ''
      let connected = false
      let answeredOnce = false
      const ask = (): void => {
        asking = true
        answer = ''
        socket.write(request)
      }
      socket.setEncoding('latin1')
      socket.once('connect', () => {
        connected = true
        ask()
      })
      socket.on('data', (chunk: string) => {
        answer += chunk
        const whole = wholeAnswer(answer)
        if (whole === null) return
        asking = false
        answeredOnce = true
        this.#count(whole)
        this.#held.set(socket, whole.body)
        if (this.#stopping || whole.last || !keepAlive) socket.end()
        else ask()
      })
      socket.once('error', (error: NodeJS.ErrnoException) => {
        if (!connected) this.counts.refused++
        else if (asking && !answeredOnce) this.counts.refused++
        else if (asking) this.counts[error.code === 'ECONNRESET' || error.code === 'EPIPE' ? 'reset' : 'unanswered']++
        asking = false
      })
      socket.once('close', () => {
        this.#held.delete(socket)
        if (asking) this.counts[answer === '' ? 'unanswered' : 'half']++
        else if (keepAlive && connected && !this.#stopping) this.counts.closedIdle++
        resolve()
      })
    })
  }

  #count({ status, body }: Whole): void {
    if (status !== '200') this.counts.wrong++
    else this.counts.answered++
    this.answerers.set(body, (this.answerers.get(body) ?? 0) + 1)
  }
}

interface Whole {
  readonly status: string
  readonly body: string
  /** The server is going to close the connection. */
  readonly last: boolean
}

function wholeAnswer(text: string): Whole | null {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return null
  const head = text.slice(0, end)
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1])
  const body = text.slice(end + 4)
  if (!(body.length >= length)) return null
  return { status: head.slice(9, 12), body: body.slice(0, length), last: /connection: close/i.test(head) }
}
