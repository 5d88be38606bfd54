// Who this process is in the tree.

import { hostname } from 'node:os'
import { customAlphabet } from 'nanoid/non-secure'
import type { ProcessInfo } from '../process-info.js'
import type { PeerInfo } from '../wire/handshake.js'

const suffix = customAlphabet('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 10)

// Not the secure ones: a pid is no secret and proves nothing, and they would load the crypto module at once.

/** A pid no other process has, on any host, before or after a restart. */
export function makePid(osPid: number): string {
  return `${osPid}-${suffix()}`
}

export function describeSelf(): ProcessInfo {
  return { pid: makePid(process.pid), osPid: process.pid, host: hostname(), role: 'grandmaster', title: process.title }
}

/** What this process says of itself in a handshake; how it comes in is for the parent to say. */
export function peerInfo({ pid, osPid, host }: ProcessInfo, name: string): PeerInfo {
  return { pid, osPid, host, title: process.title, name, member: 'socket' }
}
