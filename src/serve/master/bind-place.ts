// Binds a place to serve on: looks addresses up, takes over the file of a stale Unix socket, says what is in the way.

import { lookup } from 'node:dns/promises'
import fs from 'node:fs'
import net from 'node:net'
import { getSystemErrorName } from 'node:util'
import { IpemError } from '../../index.js'
import { identityOf, kindOf, type SocketIdentity, takeName, uniqueBeside } from '../../join/socket-file.js'
import { isIpv6Only, type Place, placeName, type TcpPlace, type UnixPlace } from '../listener.js'
import { type Bound, bindTcp, bindUnix, type NativeListener } from '../native-listener.js'

/** @throws ERR_IPEM_LISTEN */
export async function bindTcpPlace(place: TcpPlace, reusePort: boolean): Promise<NativeListener> {
  const { host, port, family } = place
  if (host === undefined) {
    // Both families at once, where the system has IPv6.
    const both = family === 'tcp4' ? -1 : bindTcp('::', port, 6, { ipv6Only: isIpv6Only(place), reusePort })
    if (typeof both !== 'number') return both
    if (family === 'tcp6') return bound(both, place)
    return bound(bindTcp('0.0.0.0', port, 4, { ipv6Only: false, reusePort }), place)
  }
  const { address, version } = await addressFor(host, place)
  return bound(bindTcp(address, port, version, { ipv6Only: isIpv6Only(place), reusePort }), place)
}

/**
 * @returns the handle, and which file it has now
 * @throws ERR_IPEM_LISTEN
 */
export async function bindUnixPlace(place: UnixPlace): Promise<[NativeListener, SocketIdentity]> {
  const { path: file, mode } = place
  if (kindOf(file) === 'not-a-socket') throw listenError(place, 'a file that is no socket is there')
  const before = identityOf(file)
  if (before !== null && (await answers(file))) throw listenError(place, 'EADDRINUSE')
  const own = uniqueBeside(file)
  const handle = bound(bindUnix(own), place)
  if (mode !== undefined) fs.chmodSync(own, mode)
  const identity = identityOf(own)
  if (!takeName(own, file, before)) {
    handle.close()
    throw listenError(place, 'EADDRINUSE')
  }
  return [handle, identity]
}

/** @throws ERR_IPEM_LISTEN where it is no handle */
export function bound(result: Bound, place: Place): NativeListener {
  if (typeof result !== 'number') return result
  throw listenError(place, getSystemErrorName(result))
}

async function addressFor(host: string, place: TcpPlace): Promise<{ address: string; version: 4 | 6 }> {
  const version = net.isIP(host)
  if (version !== 0) return { address: host, version: version as 4 | 6 }
  try {
    // Everywhere else in ipem it means this address and no other.
    if (host === 'localhost' && place.family !== 'tcp6') return { address: '127.0.0.1', version: 4 }
    const family = place.family === 'tcp6' ? 6 : place.family === 'tcp4' ? 4 : 0
    const found = await lookup(host, { family })
    return { address: found.address, version: found.family as 4 | 6 }
  } catch (cause) {
    throw new IpemError('ERR_IPEM_LISTEN', `Cannot listen at ${placeName(place)}: ${(cause as Error).message}`, {
      cause,
    })
  }
}

/** Whether somebody listens at a Unix socket. */
function answers(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(file)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
    )
  })
}

export function listenError(place: Place, why: string): IpemError {
  return new IpemError('ERR_IPEM_LISTEN', `Cannot listen at ${placeName(place)}: ${why}`, {
    path: placeName(place),
    errno: why,
  })
}
