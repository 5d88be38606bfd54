// What a server gets in place of what it has asked for: a socket of its own at the same address, or a connection of which
// somebody has read something already.

import net from 'node:net'
import { addressOf, type Bound, bindTcp, type NativeListener } from '../native-listener.js'

export const EINVAL = -22

/** A socket of its own at the same address. */
export function bindAgain(handle: NativeListener, ipv6Only: boolean): Bound {
  const bound = addressOf(handle)
  handle.close()
  if (bound === null) return EINVAL
  const { address, port } = bound
  return bindTcp(address, port, net.isIPv6(address) ? 6 : 4, { ipv6Only, reusePort: true })
}

/** As if what was read of it had just come. */
export function takeWith(server: net.Server, head: Buffer, take: () => void): void {
  let socket: net.Socket | undefined
  server.prependOnceListener('connection', (made: net.Socket) => {
    socket = made
  })
  take()
  // HTTP reads the handle itself from now on, and listens for what others have read.
  if (socket === undefined || head.length === 0) return
  if ('requestTimeout' in server) socket.emit('data', head)
  else socket.unshift(head)
}
