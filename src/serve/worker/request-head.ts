// Reads the head of the first request of a connection, before anybody has decided who will answer it.

import net, { type Socket } from 'node:net'
import type { NativeConnection } from '../native-listener.js'

/** Longer heads are no heads; Node itself takes as much. */
const MAX_HEAD_BYTES = 16 * 1024

/** Who says nothing for so long is let in unread. */
const WAIT_MS = 5000

/** The connection with what was read of it. */
export interface Opened {
  readonly head: Buffer
  /** Gone already: nobody has to answer it. */
  readonly ended: boolean
  /** Closes what is left here of it. */
  discard(): void
}

/** Resolves with all that has come so far, once the head is whole, too long or too late. */
export function readHead(connection: NativeConnection): Promise<Opened> {
  const socket = new net.Socket({ handle: connection } as unknown as net.SocketConstructorOpts)
  const chunks: Buffer[] = []
  return new Promise((resolve) => {
    const done = (ended: boolean): void => {
      clearTimeout(late)
      socket.removeAllListeners()
      // Whatever becomes of it here, somebody else has it.
      socket.on('error', () => {})
      stopReading(socket, connection)
      resolve({ head: Buffer.concat(chunks), ended, discard: () => socket.destroy() })
    }
    const late = setTimeout(() => done(false), WAIT_MS)
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      const bytes = chunks.reduce((sum, { length }) => sum + length, 0)
      if (bytes > MAX_HEAD_BYTES || Buffer.concat(chunks).includes('\r\n\r\n')) done(false)
    })
    socket.once('end', () => done(true))
    socket.once('error', () => done(true))
  })
}

/** What comes from now on is for the next one who reads. */
function stopReading(socket: Socket, connection: NativeConnection): void {
  socket.pause()
  connection.readStop?.()
}
