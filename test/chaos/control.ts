// How the director and the processes of the chaos tree talk: lines of JSON over a Unix socket beside the tree, so that
// nothing depends on what is being tested.

import net from 'node:net'

export type Facts = Record<string, unknown>

/** One end. Each asks and answers; what has no answer is news. */
export class Control {
  readonly #socket: net.Socket
  readonly #open = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>()
  #rest = ''
  #lastId = 0
  onAsk: (what: string, facts: Facts) => unknown = () => undefined
  onNews: (what: string, facts: Facts) => void = () => {}
  onEnd: () => void = () => {}

  constructor(socket: net.Socket) {
    this.#socket = socket
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => this.#read(text))
    socket.on('error', () => {})
    socket.on('close', () => {
      for (const { reject } of this.#open.values()) reject(new Error('The process is gone'))
      this.#open.clear()
      this.onEnd()
    })
  }

  static connect(path: string): Promise<Control> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(path, () => resolve(new Control(socket)))
      socket.once('error', reject)
    })
  }

  get socket(): net.Socket {
    return this.#socket
  }

  tell(what: string, facts: Facts = {}): void {
    if (!this.#socket.destroyed) this.#socket.write(`${JSON.stringify({ what, facts })}\n`)
  }

  /** Rejects when the other end is gone, or fails. */
  ask<T>(what: string, facts: Facts = {}): Promise<T> {
    if (this.#socket.destroyed) return Promise.reject(new Error('The process is gone'))
    const id = ++this.#lastId
    this.#socket.write(`${JSON.stringify({ id, what, facts })}\n`)
    return new Promise<T>((resolve, reject) => this.#open.set(id, { resolve, reject }))
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() as string
    for (const line of lines) void this.#take(JSON.parse(line))
  }

  async #take({ id, answer, error, what, facts }: Facts): Promise<void> {
    if (what === undefined) {
      const open = this.#open.get(id as number)
      this.#open.delete(id as number)
      if (error === undefined) open?.resolve(answer as never)
      else open?.reject(new Error(String(error)))
    } else if (id === undefined) this.onNews(what as string, facts as Facts)
    else {
      try {
        const value = await this.onAsk(what as string, facts as Facts)
        this.#socket.write(`${JSON.stringify({ id, answer: value ?? null })}\n`)
      } catch (failure) {
        this.#socket.write(`${JSON.stringify({ id, error: String(failure) })}\n`)
      }
    }
  }
}
