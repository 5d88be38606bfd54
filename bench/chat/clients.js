// The clients of a chat, all in this process: they connect, one says something, and each arrival at each is counted.
//
// Both sides have the same client, one of ws, so that what a client costs is the same for both and nothing of socket.io's own
// client is in its figures. For socket.io it speaks the text frames of engine.io, which for a chat are four: '0…' opens,
// '40' joins, '42["chat","…"]' is a message, and '2' is a ping that wants a '3'.

import { once } from 'node:events'
import WebSocket from 'ws'

/** Bytes of a message: a number, by which it is known when it arrives, and something to read. */
const TEXT_BYTES = 100
const DIGITS = 8

/** Nothing that is shorter is a message of the chat. */
const MIN_BYTES = TEXT_BYTES

/** At a time: not more than wait to be accepted. */
const CONNECTING = 64

const STRIDE = 613

/** Without an arrival for so long what is missing is lost. */
const LOST_MS = 15_000

const dialects = {
  plain: { path: '/', before: '', after: '', join: async () => {} },
  'socket.io': {
    path: '/socket.io/?EIO=4&transport=websocket',
    before: '42["chat","',
    after: '"]',
    async join(socket) {
      await heard(socket, '0')
      socket.send('40')
      await heard(socket, '40')
      socket.on('message', (data) => data.length === 1 && data[0] === 0x32 && socket.send('3'))
    },
  },
}

async function heard(socket, lead) {
  const [data] = await once(socket, 'message')
  if (!String(data).startsWith(lead)) throw new Error(`expected ${lead}…, got ${data}`)
}

export class Clients {
  #sockets = []
  #dialect
  #sent = 0
  /** By the number of a message: when it was sent, and how many clients do not have it yet. */
  #waiting = new Map()
  #times = []
  #complete = () => {}
  #fail = () => {}

  constructor(dialect) {
    this.#dialect = dialects[dialect]
  }

  async connect(port, count) {
    const { path, join } = this.#dialect
    const connectSome = async () => {
      while (this.#sockets.length < count) {
        const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { perMessageDeflate: false })
        this.#sockets.push(socket)
        // What the server says first may come with its answer to the upgrade.
        const joined = join(socket)
        await Promise.all([once(socket, 'open'), joined])
        socket.on('message', (data) => this.#take(data))
        socket.on('error', (error) => this.#fail(error))
        socket.on('close', (code) => this.#fail(new Error(`A client was disconnected: ${code}`)))
      }
    }
    await Promise.all(Array.from({ length: CONNECTING }, connectSome))
  }

  /**
   * Has clients say something for so long, `inFlight` messages at a time: the next one goes when one has arrived at all.
   * Returns how many arrivals there were, over how many seconds, and how long each took, in ms and sorted.
   */
  async talk({ seconds, inFlight }) {
    this.#times = []
    const begin = performance.now()
    const end = begin + seconds * 1000
    let open = inFlight
    let watch
    try {
      await new Promise((resolve, reject) => {
        this.#fail = reject
        this.#complete = () => {
          if (performance.now() < end) this.#say()
          else if (--open === 0) resolve()
        }
        let before = -1
        watch = setInterval(() => {
          if (this.#times.length === before) reject(new Error(`Lost: ${this.#waiting.size} messages did not reach all`))
          before = this.#times.length
        }, LOST_MS)
        for (let each = 0; each < inFlight; each++) this.#say()
      })
    } finally {
      clearInterval(watch)
      this.#fail = () => {}
    }
    const took = (performance.now() - begin) / 1000
    return { deliveries: this.#times.length, seconds: took, times: Float64Array.from(this.#times).sort() }
  }

  /** Each time another one, so that all workers have their turn. */
  #say() {
    const number = this.#sent++
    const { before, after } = this.#dialect
    const text = `${String(number).padStart(DIGITS, '0')} `.padEnd(TEXT_BYTES, 'The quick brown fox jumps. ')
    this.#waiting.set(number, { at: performance.now(), missing: this.#sockets.length })
    this.#sockets[(number * STRIDE) % this.#sockets.length].send(before + text + after)
  }

  #take(data) {
    if (data.length < MIN_BYTES) return
    const start = this.#dialect.before.length
    let number = 0
    for (let at = start; at < start + DIGITS; at++) number = number * 10 + data[at] - 0x30
    const message = this.#waiting.get(number)
    // All have it already, so somebody has it twice.
    if (message === undefined) return this.#fail(new Error(`${data} arrived too often`))
    this.#times.push(performance.now() - message.at)
    if (--message.missing > 0) return
    this.#waiting.delete(number)
    this.#complete()
  }

  async close() {
    await Promise.all(
      this.#sockets.map((socket) => {
        if (socket.readyState === WebSocket.CLOSED) return undefined
        const closed = new Promise((resolve) => socket.once('close', resolve))
        socket.on('error', () => {})
        socket.terminate()
        return closed
      }),
    )
  }
}
