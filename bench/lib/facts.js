// Where and with what a run was made.

import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { peers, versionOf } from '../contenders.js'

export function facts(runs) {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const versions = peers.map((name) => [name, versionOf(name)]).filter(([, version]) => version !== null)
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpus: `${cpus().length} × ${cpus()[0]?.model.trim() || 'unknown'}`,
    runs,
    versions: { ipem: version, ...Object.fromEntries(versions) },
  }
}

export const majorOf = ({ node }) => Number(node.slice(1).split('.')[0])
