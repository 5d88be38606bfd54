// Modules of Node that take milliseconds to load or are seldom needed, loaded when somebody first asks: importing ipem
// stays cheap.

import type { Cluster } from 'node:cluster'

export function clusterModule(): Cluster {
  return process.getBuiltinModule('node:cluster') as unknown as Cluster
}

export function netModule(): typeof import('node:net') {
  return process.getBuiltinModule('node:net')
}

export function childProcessModule(): typeof import('node:child_process') {
  return process.getBuiltinModule('node:child_process')
}

export function cryptoModule(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto')
}

export function tlsModule(): typeof import('node:tls') {
  return process.getBuiltinModule('node:tls')
}
