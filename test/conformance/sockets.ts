// Connected pairs of real sockets within one process, for the tests of links.

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import net, { type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import tls from 'node:tls'
import type { LinkLimits } from '../../src/link/link.js'
import { StreamLink } from '../../src/link/stream-link.js'
import { LinkEnd, nearby } from './link-end.js'
import type { Connected } from './link-suite.js'

export type Medium = 'unix' | 'tcp' | 'tls'

export interface SocketPair {
  readonly near: Socket
  readonly far: Socket
  dispose(): void
}

interface Certificate {
  readonly key: Buffer
  readonly cert: Buffer
}

let certificate: Certificate | null | undefined

/** A self-signed certificate for this run, or null on a machine without openssl. */
export function selfSigned(): Certificate | null {
  if (certificate !== undefined) return certificate
  const folder = mkdtempSync(path.join(tmpdir(), 'ipem-tls-'))
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name)) as [string, string]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=localhost']
  try {
    execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, '-days', '2'], { stdio: 'ignore' })
    certificate = { key: readFileSync(key), cert: readFileSync(cert) }
  } catch {
    certificate = null
  }
  rmSync(folder, { recursive: true })
  return certificate
}

/** Both ends as they come from `net`: flowing when somebody listens, not half open. */
export async function socketPair(medium: Medium): Promise<SocketPair> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ipem-link-'))
  const server = medium === 'tls' ? tls.createServer(selfSigned() as Certificate) : net.createServer()
  server.listen(medium === 'unix' ? { path: path.join(folder, 'socket') } : { port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const accepted = once(server, medium === 'tls' ? 'secureConnection' : 'connection')
  const near = call(medium, server)
  const [[far]] = await Promise.all([accepted, once(near, medium === 'tls' ? 'secureConnect' : 'connect')])
  const dispose = () => {
    near.destroy()
    far.destroy()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { near, far: far as Socket, dispose }
}

/** Two links over such a pair. */
export async function linksOver(
  medium: Medium,
  limits: LinkLimits,
): Promise<Connected & { far: ReturnType<typeof nearby> }> {
  const { near, far, dispose } = await socketPair(medium)
  const before = listenersOf(near)
  const link = new StreamLink(near, 'socket', limits)
  const end = new LinkEnd(new StreamLink(far, 'socket', limits))
  return {
    near: link,
    far: nearby(end),
    leftovers: () => listenersOf(near) - before,
    dispose: () => {
      end.link.destroy()
      dispose()
    },
  }
}

function call(medium: Medium, server: Server): Socket {
  const address = server.address()
  if (typeof address === 'string') return net.connect(address)
  const target = { port: address?.port as number, host: '127.0.0.1' }
  return medium === 'tls' ? tls.connect({ ...target, rejectUnauthorized: false }) : net.connect(target)
}

function listenersOf(socket: Socket): number {
  return ['data', 'error', 'close', 'end'].reduce((sum, event) => sum + socket.listenerCount(event), 0)
}
