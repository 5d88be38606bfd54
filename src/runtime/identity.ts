// Who this process is in the tree.

import { hostname } from 'node:os'
import { customAlphabet } from 'nanoid'
import type { ProcessInfo, ProcessRole } from '../process-info.js'

const suffix = customAlphabet('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 10)

/** A pid no other process has, on any host, before or after a restart. */
export function makePid(osPid: number): string {
  return `${osPid}-${suffix()}`
}

export function describeSelf(role: ProcessRole): ProcessInfo {
  return { pid: makePid(process.pid), osPid: process.pid, host: hostname(), role, title: process.title }
}
