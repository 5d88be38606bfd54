// Where processes meet: from the socket options to one address, and what may be bound there.

import path from 'node:path'
import { netModule } from '../builtin-modules.js'
import { IpemError } from '../errors.js'

/** Longest path of a Unix socket that all our systems take, in bytes. */
export const MAX_PATH_BYTES = 103

/** A server is bound under a name of its own first, in the same folder: see socket-file.ts. */
const MIN_NAME_BYTES = 4

export type SocketAddress =
  | { readonly path: string }
  | { readonly path?: undefined; readonly host: string; readonly port: number }

interface AddressOptions {
  readonly socketPath: string | null
  readonly host: string
  readonly port: number
}

/**
 * A given path is the address, whatever else is set: there is no way back to TCP. `localhost` is 127.0.0.1 and is
 * never looked up, because two processes that resolve it differently (::1 first, or a hosts file) would not meet.
 *
 * @throws ERR_IPEM_INVALID_OPTION a path longer than the system takes
 */
export function resolveAddress({ socketPath, host, port }: AddressOptions): SocketAddress {
  if (socketPath === null) return { host: host.toLowerCase() === 'localhost' ? '127.0.0.1' : host, port }
  if (isWindowsPipe(socketPath)) return { path: socketPath }
  // Absolute, so that a later chdir changes neither what is dialled nor what is removed on close.
  const absolute = path.resolve(socketPath)
  checkLength(absolute, MAX_PATH_BYTES, '`socket.socketPath`')
  checkLength(path.dirname(absolute), MAX_PATH_BYTES - MIN_NAME_BYTES - 1, 'the folder of `socket.socketPath`')
  return { path: absolute }
}

function checkLength(value: string, most: number, what: string): void {
  const bytes = Buffer.byteLength(value)
  if (bytes <= most) return
  const message = `Expected ${what} to be at most ${most} bytes long, ${value} has ${bytes}`
  throw new IpemError('ERR_IPEM_INVALID_OPTION', message, { option: 'socket.socketPath', value })
}

/** @throws ERR_IPEM_INSECURE the address can be reached from other machines, and nobody said that this is wanted */
export function checkExposure(
  address: SocketAddress,
  { tls, insecure }: { tls: object | null; insecure: boolean },
): void {
  if (address.path !== undefined || tls !== null || insecure || isLoopback(address.host)) return
  const message = `Listening on ${describeAddress(address)} beyond this machine needs \`socket.tls\`, or \`socket.insecure: true\` where the network itself is trusted`
  throw new IpemError('ERR_IPEM_INSECURE', message, { host: address.host, port: address.port })
}

/** Only literal addresses can be: a name is what the resolver says it is today. */
export function isLoopback(host: string): boolean {
  const { BlockList, isIP } = netModule()
  const version = isIP(host)
  const loopback = new BlockList()
  loopback.addSubnet('127.0.0.0', 8, 'ipv4')
  loopback.addAddress('::1', 'ipv6')
  loopback.addSubnet('::ffff:127.0.0.0', 104, 'ipv6')
  return version !== 0 && loopback.check(host, version === 4 ? 'ipv4' : 'ipv6')
}

/** The address under which a process reaches itself: "every interface" is no address to dial. */
export function dialable(address: SocketAddress): SocketAddress {
  if (address.path !== undefined) return address
  if (address.host === '0.0.0.0') return { ...address, host: '127.0.0.1' }
  return /^[0:]+$/.test(address.host) && netModule().isIP(address.host) === 6 ? { ...address, host: '::1' } : address
}

/** For messages: a path, or `host:port`. */
export function describeAddress(address: SocketAddress): string {
  if (address.path !== undefined) return address.path
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`
}

/** Named pipes vanish with their last handle and are no files; everything about stale files is not for them. */
export function isWindowsPipe(socketPath: string): boolean {
  return /^[\\/]{2}[.?][\\/]pipe[\\/]/i.test(socketPath)
}
