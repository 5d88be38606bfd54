// Which application this is where no `name` is given, so that two of them on one machine never join by accident.

import fs from 'node:fs'
import path from 'node:path'

/** The name of an application that has none. */
export const FALLBACK_NAME = 'ipem'

/** Longest name that npm gives a package. */
const MAX_NAME_BYTES = 214

export interface AppNameSources {
  /** `process.argv[1]` */
  readonly mainScript: string | undefined
  readonly cwd: string
  /** The path without symbolic links, or null where nothing is there. */
  realpath(file: string): string | null
  /** The text of a file, or null where it cannot be read. */
  read(file: string): string | null
}

/**
 * The name in the nearest package.json above the main script that is not in a node_modules folder, else above the
 * working directory, else `'ipem'`. A package.json without a name (a bare `{"type":"module"}`) is passed over.
 */
export function appName(sources: AppNameSources): string {
  return nameAbove(scriptFolder(sources), sources) ?? nameAbove(sources.cwd, sources) ?? FALLBACK_NAME
}

/** {@link appName} of this process. Reads a few files synchronously. */
export function ownAppName(): string {
  return appName({
    mainScript: process.argv[1],
    cwd: process.cwd(),
    realpath: (file) => attempt(() => fs.realpathSync(file)),
    read: (file) => attempt(() => fs.readFileSync(file, 'utf8')),
  })
}

function scriptFolder({ mainScript, realpath }: AppNameSources): string | null {
  // With `node -e` the second argument is the user's own; the path of a script is always absolute.
  if (mainScript === undefined || !path.isAbsolute(mainScript)) return null
  const script = realpath(mainScript)
  if (script !== null) return path.dirname(script)
  // `node app` leaves out the extension, so the file itself cannot be found, but its folder can.
  return realpath(path.dirname(mainScript))
}

function nameAbove(start: string | null, { read }: AppNameSources): string | null {
  if (start === null) return null
  for (let folder = start; ; folder = path.dirname(folder)) {
    const name = folder.split(path.sep).includes('node_modules')
      ? null
      : nameIn(read(path.join(folder, 'package.json')))
    if (name !== null) return name
    if (folder === path.dirname(folder)) return null
  }
}

function nameIn(json: string | null): string | null {
  const name = json === null ? null : attempt((): unknown => JSON.parse(json)?.name)
  return typeof name === 'string' && name !== '' && Buffer.byteLength(name) <= MAX_NAME_BYTES ? name : null
}

function attempt<T>(run: () => T): T | null {
  try {
    return run()
  } catch {
    return null
  }
}
