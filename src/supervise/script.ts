// Was it the script that could not be found? Node tells that only as exit code 1 of the child.

import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Look for a script as Node does for its main module.
 *
 * Only to be asked after a crash: with a loader or another `execPath` a child may well run what is not found here.
 *
 * @returns the error of the module loader, undefined if the script is there
 */
export function findScriptError(script: string | URL, cwd: string | URL | undefined): Error | undefined {
  const folder = path.resolve(cwd === undefined ? '' : pathOf(cwd))
  try {
    createRequire(path.join(folder, 'main.js')).resolve(path.resolve(folder, pathOf(script)))
    return undefined
  } catch (error) {
    return error as Error
  }
}

function pathOf(file: string | URL): string {
  return typeof file === 'string' ? file : fileURLToPath(file)
}
