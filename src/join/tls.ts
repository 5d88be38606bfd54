// TLS at the meeting place: what the options mean for either end. `node:tls` is loaded when it is first needed.

import type { Socket } from 'node:net'
import type { SecureContextOptions, Server } from 'node:tls'
import { tlsModule } from '../builtin-modules.js'
import { IpemError } from '../errors.js'
import type { ResolvedSocketOptions } from '../options.js'

/** Null without TLS. */
export type TlsSettings = ResolvedSocketOptions['tls']
type Tls = NonNullable<TlsSettings>

/**
 * Node finds out at the first connection that a key is none; this finds out at the start.
 *
 * @throws ERR_IPEM_INVALID_OPTION with the reason of OpenSSL as `cause`
 */
export function checkTls(tls: TlsSettings): void {
  if (tls === null) return
  try {
    tlsModule().createSecureContext(identityOf(tls))
  } catch (cause) {
    const message = `Expected \`socket.tls\` to hold a key and certificates that fit: ${(cause as Error).message}`
    throw new IpemError('ERR_IPEM_INVALID_OPTION', message, { option: 'socket.tls', cause })
  }
}

/** With an authority of its own both ends show a certificate, otherwise only the one who listens. */
export function createTlsServer(tls: Tls, handshakeTimeout: number): Server {
  const mutual = tls.ca !== undefined
  return tlsModule().createServer({
    ...identityOf(tls),
    noDelay: true,
    requestCert: mutual,
    rejectUnauthorized: mutual,
    handshakeTimeout,
  })
}

/** @param toSelf a process that calls itself: a proof says who answers, the certificate need not name 127.0.0.1 for that */
export function connectTls(tls: Tls, host: string, port: number, toSelf: boolean): Socket {
  const { servername } = tls
  const options = { ...identityOf(tls), host, port, rejectUnauthorized: !toSelf }
  return tlsModule()
    .connect({ ...options, ...(servername !== undefined && { servername }) })
    .setNoDelay(true)
}

function identityOf({ servername: _, ...identity }: Tls): SecureContextOptions {
  // Node's types want arrays that can be changed; it does not change them.
  return identity as SecureContextOptions
}
