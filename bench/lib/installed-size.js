// Bytes that a package and all it depends on take on disk.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Always published, whatever `files` says. */
const ALWAYS = ['package.json', 'README.md', 'LICENSE']

/** `folder` has the package.json; where that has `files`, only these are counted (a checkout has more). */
export function installedBytes(folder) {
  const seen = new Set()
  collect(folder, seen)
  let bytes = 0
  for (const each of seen) bytes += each === folder ? publishedBytes(each) : bytesBelow(each)
  return bytes
}

function collect(folder, seen) {
  if (seen.has(folder)) return
  seen.add(folder)
  const { dependencies = {}, optionalDependencies = {} } = manifest(folder)
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const found = locate(name, folder)
    if (found !== null) collect(found, seen)
  }
}

const manifest = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

/** As Node does: the nearest node_modules on the way up. */
function locate(name, folder) {
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
    if (at === dirname(at)) return null
  }
}

function publishedBytes(folder) {
  if (folder.includes('node_modules')) return bytesBelow(folder)
  const { files = [] } = manifest(folder)
  return [...new Set([...ALWAYS, ...files])]
    .map((name) => join(folder, name))
    .reduce((sum, path) => sum + (existsSync(path) ? bytesBelow(path) : 0), 0)
}

/** Without packages that are nested inside: they are counted where something depends on them. */
function bytesBelow(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.size
  return readdirSync(path)
    .filter((name) => name !== 'node_modules')
    .reduce((sum, name) => sum + bytesBelow(join(path, name)), 0)
}
