// A real server of this process that can be drained, and raw clients of it. No test in this file.

import { once } from 'node:events'
import net from 'node:net'
import type { TestContext } from 'node:test'
import { ServerDrain } from '../../../src/serve/worker/server-drain.js'
import { until } from '../../integration/puppets.js'

export const REQUEST = 'GET / HTTP/1.1\r\nHost: here\r\n\r\n'

/** A connection with all that has come by it. */
export class Caller {
  readonly socket: net.Socket
  text = ''
  /** The other side has ended it in order. */
  ended = false
  /** It is gone for good; an error tells why. */
  closed = false
  error: Error | null = null

  constructor(socket: net.Socket) {
    this.socket = socket
    socket.on('data', (chunk) => {
      this.text += chunk
    })
    socket.once('end', () => {
      this.ended = true
    })
    socket.once('close', () => {
      this.closed = true
    })
    socket.on('error', (error) => {
      this.error = error
    })
  }

  untilText(text: string, times = 1): Promise<void> {
    return until(`"${text}" ${times} times in "${this.text}"`, () => this.text.split(text).length > times)
  }

  untilEnded(): Promise<void> {
    return until('the end of a connection', () => this.ended || this.closed)
  }
}

export interface Drained {
  readonly drain: ServerDrain
  readonly port: number
  /** Connections that are counted right now. */
  open: number
  requests: number
  /** A connection that the server has accepted. */
  call(): Promise<Caller>
}

/** Ends with the test, and every connection of it. */
export async function drained(t: TestContext, server: net.Server): Promise<Drained> {
  const sockets = new Set<net.Socket>()
  let accepted = 0
  server.on('connection', (socket: net.Socket) => {
    accepted++
    sockets.add(socket)
  })
  const tally = {
    open: () => {
      made.open++
      return () => void made.open--
    },
  }
  const drain = new ServerDrain(server, tally, () => made.requests++)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    if (server.listening) net.Server.prototype.close.call(server)
  })
  const made: Drained = {
    drain,
    port,
    open: 0,
    requests: 0,
    async call() {
      const before = accepted
      const socket = net.connect(port, '127.0.0.1')
      sockets.add(socket)
      await once(socket, 'connect')
      await until('the connection at the server', () => accepted > before)
      return new Caller(socket)
    },
  }
  return made
}
