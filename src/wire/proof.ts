// The proof that one end of a dialled link knows the cookie, without sending it.

import { cryptoModule } from '../builtin-modules.js'
import { PROTOCOL_VERSION } from './handshake.js'

/** Everything a proof covers: a proof made for one session, version, application or pair fits no other. */
export interface Session {
  readonly nonceA: Buffer
  readonly nonceB: Buffer
  /** pid of the process that dialled. */
  readonly pidA: string
  /** pid of the process that listens. */
  readonly pidB: string
  readonly name: string
}

/**
 * HMAC-SHA256 under the cookie of `"ipem " + role`, version, both nonces, both pids and the name, each behind its
 * length as u32 little-endian, so that no two sessions ever have the same bytes. The role is in it because
 * otherwise a proof could be sent back to the one who made it.
 */
export function proofOf(cookie: Buffer, role: 'dialer' | 'listener', session: Session): Buffer {
  const { nonceA, nonceB, pidA, pidB, name } = session
  const hmac = cryptoModule().createHmac('sha256', cookie)
  for (const field of [`ipem ${role}`, String(PROTOCOL_VERSION), nonceA, nonceB, pidA, pidB, name]) {
    const bytes = Buffer.from(field as string)
    const length = Buffer.allocUnsafe(4)
    length.writeUInt32LE(bytes.length)
    hmac.update(length).update(bytes)
  }
  return hmac.digest()
}

export function sameProof(expected: Buffer, given: Buffer): boolean {
  // Lengths are public; timingSafeEqual throws where they differ.
  return given.length === expected.length && cryptoModule().timingSafeEqual(given, expected)
}

export function freshBytes(length: number): Buffer {
  return cryptoModule().randomBytes(length)
}
