// Lets a server finish: it accepts no more, answers what is under way with `Connection: close`, and closes no connection
// on which a request may be on its way. Node's own close() ends idle connections at once, and with them such requests.

import http from 'node:http'
import net, { type Socket } from 'node:net'
import tls from 'node:tls'
import type { Tally } from './tally.js'

/** What is known of a connection. */
interface Connection {
  /** Requests that are being answered. */
  active: number
  /** Bytes read when the last answer was finished: more means that a request is coming in. */
  bytesRead: number
  /** Something else than HTTP speaks on it. */
  upgraded: boolean
  timer: NodeJS.Timeout | null
}

/** After our last byte the other side is given so long to close. */
const LINGER_MS = 500

/** Node closes a connection that was kept alive somewhat later than it has announced. */
const KEEP_ALIVE_MARGIN_MS = 500

interface Http2Session {
  close(): void
}

export class ServerDrain {
  readonly #server: net.Server
  readonly #tally: Pick<Tally, 'open'>
  readonly #count: () => void
  readonly #connections = new Map<Socket, Connection>()
  /** Connections of TLS that are not secure yet. */
  readonly #handshakes = new Set<Socket>()
  readonly #answers = new Set<http.ServerResponse>()
  readonly #sessions = new Set<Http2Session>()
  /** Null until it drains. */
  #idleMs: number | null = null
  #ended: (() => void) | null = null

  /** @param onRequest each time one comes in */
  constructor(server: net.Server, tally: Pick<Tally, 'open'>, onRequest: () => void = () => {}) {
    this.#count = onRequest
    this.#server = server
    this.#tally = tally
    const secure = server instanceof tls.Server
    if (secure) server.prependListener('connection', (socket: Socket) => this.#onHandshake(socket))
    server.prependListener(secure ? 'secureConnection' : 'connection', (socket: Socket) => this.#onConnection(socket))
    if (!('requestTimeout' in server) && !('setTimeout' in server)) return
    server.prependListener('request', (request: http.IncomingMessage, response: http.ServerResponse) =>
      this.#onRequest(request, response),
    )
    for (const event of ['upgrade', 'connect']) this.#watchUpgrade(event)
    server.on('session', (session: Http2Session & NodeJS.EventEmitter) => {
      if (this.#idleMs !== null) session.close()
      this.#sessions.add(session)
      session.once('close', () => this.#sessions.delete(session))
    })
  }

  /**
   * Accepts no more from now on.
   *
   * @param idleMs how long a connection without a request may still send one, at most: no longer than the server itself
   * keeps it
   */
  begin(idleMs: number): void {
    this.#idleMs = Math.min(idleMs, this.#keepAliveMs)
    // Not that of http.Server, which would close idle connections.
    if (this.#server.listening) net.Server.prototype.close.call(this.#server)
    for (const answer of this.#answers) sayLast(answer)
    for (const session of this.#sessions) session.close()
    for (const [socket, connection] of this.#connections) this.#check(socket, connection)
  }

  /** Resolves when every connection has ended. */
  ended(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#connections.size === 0) resolve()
      else this.#ended = resolve
    })
  }

  /** Ends what is left. */
  destroy(): void {
    for (const socket of this.#connections.keys()) socket.destroy()
  }

  get #keepAliveMs(): number {
    const { keepAliveTimeout } = this.#server as Partial<http.Server>
    if (keepAliveTimeout === undefined || keepAliveTimeout === 0) return Number.POSITIVE_INFINITY
    return keepAliveTimeout + KEEP_ALIVE_MARGIN_MS
  }

  /** Of TLS, until it is secure: then the secure one is what counts. */
  #onHandshake(raw: Socket): void {
    this.#add(raw, { active: 0, bytesRead: 0, upgraded: false, timer: null })
    this.#handshakes.add(raw)
    raw.once('close', () => this.#remove(raw))
  }

  #onConnection(socket: Socket & { readonly _parent?: Socket }): void {
    const speaksHttp = this.#server instanceof http.Server || 'requestTimeout' in this.#server
    const counted = this.#tally.open()
    this.#add(socket, { active: 0, bytesRead: 0, upgraded: !speaksHttp, timer: null })
    socket.once('close', () => {
      counted()
      this.#remove(socket)
    })
    const port = socket.remotePort
    const isRaw = (raw: Socket): boolean => raw === socket._parent || (port !== undefined && raw.remotePort === port)
    const raw = this.#handshakes.size === 0 ? undefined : [...this.#handshakes].find(isRaw)
    if (raw !== undefined) this.#remove(raw)
  }

  #add(socket: Socket, connection: Connection): void {
    this.#connections.set(socket, connection)
    if (this.#idleMs !== null) this.#check(socket, connection)
  }

  #remove(socket: Socket): void {
    const timer = this.#connections.get(socket)?.timer
    if (timer) clearTimeout(timer)
    this.#handshakes.delete(socket)
    this.#connections.delete(socket)
    if (this.#connections.size === 0) this.#ended?.()
  }

  #onRequest(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { socket } = request
    const connection = this.#connections.get(socket)
    this.#count()
    // Of HTTP/2 the session is what counts.
    if (connection === undefined) return
    connection.active++
    this.#answers.add(response)
    if (this.#idleMs !== null) sayLast(response)
    response.once('close', () => {
      connection.active--
      connection.bytesRead = socket.bytesRead
      this.#answers.delete(response)
      if (this.#idleMs !== null) this.#check(socket, connection)
    })
  }

  /** A listener for these changes what Node does, so there is one only where, and as soon as, the app has one. */
  #watchUpgrade(event: string): void {
    const watch = (): void => {
      this.#server.prependListener(event, ({ socket }: http.IncomingMessage) => {
        const connection = this.#connections.get(socket)
        if (connection !== undefined) connection.upgraded = true
      })
    }
    if (this.#server.listenerCount(event) > 0) watch()
    else {
      const onNew = (name: string | symbol): void => {
        if (name !== event) return
        this.#server.off('newListener', onNew)
        watch()
      }
      this.#server.on('newListener', onNew)
    }
  }

  /** While it drains: a connection that is silent for long enough is closed. */
  #check(socket: Socket, connection: Connection): void {
    if (connection.timer !== null) clearTimeout(connection.timer)
    connection.timer = null
    if (connection.active > 0 || connection.upgraded || socket.destroyed) return
    const before = socket.bytesRead
    connection.timer = setTimeout(() => {
      // A request that is coming in takes as long as it takes; the worker's own time is the limit.
      if (socket.bytesRead > before || (connection.active === 0 && socket.bytesRead > connection.bytesRead)) {
        this.#check(socket, connection)
      } else if (connection.active === 0) finish(socket)
    }, this.#idleMs ?? 0)
  }
}

/** The other side is told that nothing more will be answered, and closes. */
function sayLast(response: http.ServerResponse): void {
  if (!response.headersSent && !response.req.httpVersion.startsWith('2')) response.setHeader('Connection', 'close')
}

/** Our side first: closing both at once resets the connection if something is still coming in. */
function finish(socket: Socket): void {
  socket.end()
  setTimeout(() => socket.destroy(), LINGER_MS)
}
