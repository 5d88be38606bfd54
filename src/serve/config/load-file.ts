// Reads a configuration file anew each time: JSON, CommonJS, an ES module, TypeScript where this Node can run it.

import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { types } from 'node:util'
import { configError } from './resolve.js'

/** For ES modules, which can only be loaded anew under another name. Never wrong if two share it. */
let loads = 0

/**
 * @returns what it exports: by `load()`, as the default export, or as an object
 * @throws ERR_IPEM_CONFIG with the file's own error as `cause`
 */
export async function loadConfigFile(file: string): Promise<unknown> {
  try {
    if (path.extname(file) === '.json') return JSON.parse(await fs.promises.readFile(file, 'utf8'))
    // Where a link leads may have changed, too.
    return await configOf(await moduleOf(fs.realpathSync(file)))
  } catch (cause) {
    const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
    throw configError([why], file, cause)
  }
}

/** Its exports as a namespace. */
async function moduleOf(file: string): Promise<Record<string, unknown>> {
  const esm = () => import(`${pathToFileURL(file).href}?load=${loads++}`) as Promise<Record<string, unknown>>
  if (/\.m[jt]s$/.test(file)) return esm()
  // One that is kept would keep every module it has ever loaded, as its children.
  const require = createRequire(pathToFileURL(file))
  forget(file, require)
  try {
    const exported: unknown = require(file)
    // Of an ES module the one that is loaded now would be the one for ever.
    return types.isModuleNamespaceObject(exported) ? await esm() : { default: exported }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error
    return esm()
  }
}

async function configOf(module: Record<string, unknown>): Promise<unknown> {
  const exported = module.default as Record<string, unknown> | undefined
  const load = exported?.load ?? module.load
  if (typeof load === 'function') return await load()
  if (typeof exported === 'function') return await (exported as () => unknown)()
  if (exported !== undefined) return exported
  const { default: _, 'module.exports': __, ...named } = module
  return named
}

/** What CommonJS remembers of it, and of what it requires from the same project. */
function forget(file: string, require: NodeJS.Require): void {
  const stack = [file]
  const seen = new Set<string>()
  for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
    if (seen.has(name) || name.includes(`${path.sep}node_modules${path.sep}`)) continue
    seen.add(name)
    const cached = require.cache[name]
    if (cached === undefined) continue
    stack.push(...cached.children.map(({ filename }) => filename))
    delete require.cache[name]
  }
}
