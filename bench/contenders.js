// Who stands beside ipem: what each needs to run here, and what it cannot carry.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { formOf } from './lib/values.js'

/**
 * `adapter`: a file in adapters/, where the contender works a tree. `package` and `program` have to be installed,
 * `node` is the oldest version it takes. `jsonOnly`: what JSON loses is lost.
 */
export const contenders = {
  ipem: { adapter: 'ipem' },
  'process.send': { adapter: 'process-send', jsonOnly: true },
  'process.send advanced': { adapter: 'process-send-advanced' },
  'bare pipe': { adapter: 'bare-pipe' },
  'framed pipe': { adapter: 'framed-pipe' },
  'node-ipc': { adapter: 'node-ipc', package: 'node-ipc', node: [22, 13], jsonOnly: true },
  zeromq: { adapter: 'zeromq', package: 'zeromq' },
  nats: { adapter: 'nats', package: '@nats-io/transport-node', program: 'nats-server' },
  axon: { adapter: 'axon', package: 'axon' },
  birpc: { adapter: 'birpc', package: 'birpc' },
  'socket.io cluster adapter': { adapter: 'socket-io', package: '@socket.io/cluster-adapter' },
  'child_process.fork': {},
  eventemitter3: { package: 'eventemitter3' },
  'node:events': {},
}

/** The peers: packages that one would take instead, and not parts of Node. */
export const peers = Object.keys(contenders).filter((name) => contenders[name].package !== undefined)

const folderOf = (name) => new URL(`node_modules/${name}/package.json`, import.meta.url)

/** The version of what is installed, of a package or a program; null if it is not. */
export function versionOf(name) {
  const { package: packageName, program } = contenders[name]
  if (packageName === undefined || !existsSync(folderOf(packageName))) return null
  const { version } = JSON.parse(readFileSync(folderOf(packageName), 'utf8'))
  return program === undefined ? version : `${version}, ${programVersion(program) ?? `no ${program}`}`
}

/** Why a contender cannot be measured here with this value; null if it can. */
export function hindrance(name, valueName = 'object') {
  const { package: packageName, program, node, jsonOnly } = contenders[name]
  if (packageName !== undefined && !existsSync(folderOf(packageName))) return 'not installed'
  if (node !== undefined && olderThan(node)) return `needs Node ${node.join('.')}`
  if (program !== undefined && programVersion(program) === null) return `no ${program} on the path`
  if (jsonOnly && formOf(valueName) === 'v8') return 'JSON loses a Map and a Date'
  return null
}

function olderThan([major, minor]) {
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number)
  return ownMajor < major || (ownMajor === major && ownMinor < minor)
}

function programVersion(program) {
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8', timeout: 10_000 })
  return status === 0 ? stdout.trim().replace(': v', ' ') : null
}
