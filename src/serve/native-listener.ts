// Listening sockets as Node keeps them inside. Everything that has no public name in Node is here: a handle that is
// bound and never accepted from, so that a master can own what its workers serve on. `net.BoundSocket` of newer versions
// has a descriptor and no handle that could be sent to a worker, so it does not help.

import fs from 'node:fs'
import net from 'node:net'

/** A bound socket: a TCP or Pipe of libuv. */
export interface NativeListener {
  readonly fd: number
  close(callback?: () => void): void
  listen(backlog: number): number
  getsockname?(out: SocketName): number
  onconnection?: ((this: NativeListener, status: number, client?: NativeConnection) => void) | null
}

/** An accepted connection that no Socket object has been made of yet. */
export interface NativeConnection {
  close(callback?: () => void): void
  getpeername?(out: SocketName): number
  readStop?(): number
}

interface SocketName {
  address?: string
  family?: string
  port?: number
}

type CreateServerHandle = (
  address: string | null,
  port: number,
  addressType: 4 | 6 | -1,
  fd?: number,
  flags?: number,
) => NativeListener | number

/** Used by Node's own cluster since 0.12. https://github.com/nodejs/node/blob/v20.x/lib/net.js */
const { _createServerHandle: create } = net as unknown as { _createServerHandle: CreateServerHandle }

/** UV_TCP_IPV6ONLY */
const IPV6_ONLY = 1

/** UV_TCP_REUSEPORT */
const REUSE_PORT = 2

/** Either the handle or the negative errno of the system. */
export type Bound = NativeListener | number

export interface BindOptions {
  readonly ipv6Only: boolean
  /** Others of this user may bind the same, and the system shares connections out. */
  readonly reusePort: boolean
}

export function bindTcp(address: string, port: number, version: 4 | 6, { ipv6Only, reusePort }: BindOptions): Bound {
  return checked(create(address, port, version, undefined, (ipv6Only ? IPV6_ONLY : 0) | (reusePort ? REUSE_PORT : 0)))
}

/** Older versions of Node ignore the flag, and the second one who binds fails. */
export function knowsReusePort(version: string = process.versions.node): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12)
}

export function bindUnix(path: string): Bound {
  return create(path, -1, -1)
}

/** A socket that somebody else has bound and given to this process. */
export function adoptDescriptor(fd: number): Bound {
  try {
    return create(null, 0, -1, fd)
  } catch {
    // Neither a socket of TCP nor a Unix socket.
    return -22
  }
}

/** libuv keeps EADDRINUSE for later, and a worker would never hear of it: asking for the name tells. */
function checked(bound: Bound): Bound {
  if (typeof bound === 'number') return bound
  const status = bound.getsockname?.({}) ?? 0
  if (status === 0) return bound
  bound.close()
  return status
}

/** Of a Unix socket, which a handle does not tell; null where the system does not either. */
export function pathOf(fd: number): string | null {
  try {
    const { ino } = fs.fstatSync(fd)
    const line = fs
      .readFileSync('/proc/net/unix', 'utf8')
      .split('\n')
      .find((each) => each.split(/\s+/)[6] === String(ino))
    return line?.split(/\s+/).slice(7).join(' ') || null
  } catch {
    return null
  }
}

/** Who is at the other end; null for a Unix socket. */
export function peerOf(connection: NativeConnection): string | null {
  const name: SocketName = {}
  return connection.getpeername?.(name) === 0 ? (name.address ?? null) : null
}

/** Where it is bound to; null for a Unix socket. */
export function addressOf(handle: NativeListener): { address: string; port: number } | null {
  const name: SocketName = {}
  if (handle.getsockname?.(name) !== 0 || name.address === undefined || name.port === undefined) return null
  return { address: name.address, port: name.port }
}

/** What a server listens at whose connections come from elsewhere. Node's cluster has the like for its round robin. */
export function remoteListener(address: { address: string; port: number } | null): NativeListener {
  return {
    fd: -1,
    listen: () => 0,
    close: (callback) => void (callback && process.nextTick(callback)),
    ...REF,
    ...(address !== null && {
      getsockname(out: SocketName) {
        Object.assign(out, address, { family: net.isIPv6(address.address) ? 'IPv6' : 'IPv4' })
        return 0
      },
    }),
  }
}

/** The channel to the master keeps the process. */
const REF = { ref() {}, unref() {} }
