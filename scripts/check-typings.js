// @ts-check
// Fails when the committed typings/ are not what the sources emit: an API change has to show in the diff.

import fs from 'node:fs'
import path from 'node:path'
import { declare, filesBelow, withBuildFolder } from './build.js'
import { root } from './run.js'

const committed = path.join(root, 'typings')

const stale = await withBuildFolder((folder) => {
  if (!declare(folder)) process.exitCode = 1
  const fresh = path.join(folder, 'typings')
  const names = new Set([...filesBelow(committed), ...filesBelow(fresh)])
  return [...names].filter((name) => read(committed, name) !== read(fresh, name))
})

if (stale.length > 0) {
  console.error(`typings/ is stale, run \`npm run build\` and commit: ${stale.join(', ')}`)
  process.exitCode = 1
}

/**
 * @param {string} folder
 * @param {string} name
 */
function read(folder, name) {
  const file = path.join(folder, name)
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined
}
