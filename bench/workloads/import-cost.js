// What importing a package adds to the start of a bare Node, in pairs of one start with it and one without.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { installedBytes } from '../lib/installed-size.js'
import { median } from '../lib/statistics.js'

const packages = {
  ipem: { url: new URL('../../dist/index.js', import.meta.url).href, root: new URL('../../', import.meta.url) },
  'node-ipc': { root: new URL('../node_modules/node-ipc/', import.meta.url) },
  zeromq: { root: new URL('../node_modules/zeromq/', import.meta.url) },
}

export function run({ contender, pairs }) {
  const { root, url = import.meta.resolve(contender) } = packages[contender]
  const differences = Array.from({ length: pairs + 1 }, () => {
    const bare = start('')
    const loaded = start(`import ${JSON.stringify(url)}`)
    return { ms: loaded.ms - bare.ms, megabytes: loaded.megabytes - bare.megabytes }
  })
  // The first one reads from the disk.
  differences.shift()
  return {
    'ms over bare Node': median(differences.map(({ ms }) => ms)),
    'MB over bare Node': median(differences.map(({ megabytes }) => megabytes)),
    'installed kB': installedBytes(fileURLToPath(root)) / 1000,
  }
}

function start(statement) {
  const script = `${statement}\nconsole.log(process.memoryUsage.rss())\nprocess.exit()`
  const begin = performance.now()
  const { stdout, status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script])
  const ms = performance.now() - begin
  if (status !== 0) throw new Error(stderr.toString())
  return { ms, megabytes: Number(stdout) / 1024 / 1024 }
}
