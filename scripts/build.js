// @ts-check
// src -> dist (what runs, one file) and typings (the declarations a user can reach, committed).
// Everything is built aside first, so that dist is never half there for a test that runs meanwhile.

import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { root, run } from './run.js'

/** What a user can import, below src/. */
const PUBLIC = ['index', 'serve/index']

/**
 * Writes `folder`/typings, also where there are type errors.
 *
 * @param {string} folder
 * @returns {boolean} true if there is no type error
 */
export function declare(folder) {
  const typings = path.join(folder, 'typings')
  const clean = run('tsc', ['-p', 'tsconfig.build.json', '--declarationDir', typings])
  keepReachable(
    typings,
    PUBLIC.map((name) => path.join(typings, `${name}.d.ts`)),
  )
  return clean
}

/** @type {{ dependencies: Record<string, string> }} */
const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))

/** The files of dist/ beside index.js, each with the file of src/ it is made of. @type {Record<string, string>} */
const FURTHER = {
  serve: 'src/serve/index.ts',
  'serve-worker': 'src/serve/worker/main.ts',
  cli: 'src/cli/main.ts',
}

/**
 * What belongs to all of them stands in one file alone, or there would be two classes of errors and two buses in one
 * process. Each names the file of dist/ to import instead.
 *
 * @type {Record<string, string>}
 */
const SHARED = {
  'src/index.ts': './index.js',
  'src/errors.ts': './index.js',
  'src/serve/index.ts': './serve.js',
}

/**
 * Writes `folder`/dist. One file for what every process imports: Node takes longer to find and link a hundred modules
 * than to run them, and every process of an application pays that.
 *
 * @param {string} folder
 */
async function bundle(folder) {
  const main = await bundleOf(folder, { index: 'src/index.ts', eventemitter3: 'src/eventemitter3.ts' }, false)
  const further = await Promise.all(
    Object.entries(FURTHER).map((entry) => bundleOf(folder, Object.fromEntries([entry]), true)),
  )
  const inputs = [main, ...further].flatMap((metafile) => Object.keys(metafile.inputs))
  fs.writeFileSync(path.join(folder, 'dist', 'third-party-licenses.txt'), licensesOf(inputs))
}

/**
 * @param {string} folder
 * @param {Record<string, string>} entryPoints
 * @param {boolean} sharing files of {@link SHARED} are imported and not contained
 */
async function bundleOf(folder, entryPoints, sharing) {
  const { metafile } = await build({
    metafile: true,
    absWorkingDir: root,
    entryPoints,
    outdir: path.join(folder, 'dist'),
    bundle: true,
    // For everybody the class that Ipem extends, and what only a user's own schemas need. The others come along.
    external: [...Object.keys(manifest.dependencies), '#eventemitter3'],
    alias: { eventemitter3: '#eventemitter3' },
    plugins: sharing ? [shared(Object.values(entryPoints))] : [],
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    // What is bundled of CommonJS asks for modules of Node by require.
    banner: sharing
      ? { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" }
      : {},
    // Smaller is loaded faster; names stay, and lines short enough for a stack trace to point at.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 120,
    logLevel: 'warning',
  })
  return metafile
}

/**
 * @param {readonly string[]} entries that are being made
 * @returns {import('esbuild').Plugin}
 */
function shared(entries) {
  return {
    name: 'shared',
    setup(build) {
      build.onResolve({ filter: /^\.\.?\// }, ({ path: specifier, resolveDir }) => {
        const file = path.relative(root, path.resolve(resolveDir, specifier)).replaceAll(path.sep, '/')
        const source = file.replace(/\.js$/, '.ts')
        const target = entries.includes(source) ? undefined : SHARED[source]
        return target === undefined ? undefined : { path: target, external: true }
      })
    },
  }
}

/**
 * The licences of the packages among these files, which want to be where their code is.
 *
 * @param {readonly string[]} inputs
 */
function licensesOf(inputs) {
  const names = new Set(inputs.map((input) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1]))
  return [...names]
    .filter((name) => name !== undefined)
    .sort()
    .map((name) => {
      const folder = path.join(root, 'node_modules', name)
      const license = fs.readdirSync(folder).find((file) => /^licen[cs]e/i.test(file))
      if (license === undefined) throw new Error(`${name} has no licence file`)
      return `${name}\n\n${fs.readFileSync(path.join(folder, license), 'utf8').trim()}\n`
    })
    .join('\n---\n\n')
}

/**
 * A folder of its own for one build, inside the project so that dependencies resolve.
 *
 * @template T
 * @param {(folder: string) => T | Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withBuildFolder(use) {
  fs.mkdirSync(path.join(root, '.build'), { recursive: true })
  const folder = fs.mkdtempSync(path.join(root, '.build', 'out-'))
  try {
    return await use(folder)
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** @param {string} folder all files below it, as sorted relative paths with `/` */
export function filesBelow(folder) {
  if (!fs.existsSync(folder)) return []
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .sort()
}

/**
 * Deletes the declarations that cannot be reached from `entries`: they are internal.
 *
 * @param {string} folder
 * @param {readonly string[]} entries
 */
function keepReachable(folder, entries) {
  /** @type {Set<string>} */
  const reached = new Set()
  const queue = [...entries]
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (reached.has(file)) continue
    reached.add(file)
    const text = fs.readFileSync(file, 'utf8')
    for (const [, specifier] of text.matchAll(/\b(?:from|import)\s*\(?\s*['"](\.[^'"]+)\.js['"]/g)) {
      queue.push(path.resolve(path.dirname(file), `${specifier}.d.ts`))
    }
  }
  for (const name of filesBelow(folder)) {
    const file = path.join(folder, name)
    if (!reached.has(file)) fs.rmSync(file)
  }
}

/**
 * Makes `target` equal to `source`, touching only files that differ, each in one step.
 *
 * @param {string} source
 * @param {string} target
 */
function mirror(source, target) {
  const names = filesBelow(source)
  for (const name of names) {
    const text = fs.readFileSync(path.join(source, name))
    const file = path.join(target, name)
    if (fs.existsSync(file) && fs.readFileSync(file).equals(text)) continue
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.renameSync(path.join(source, name), file)
  }
  const kept = new Set(names)
  for (const name of filesBelow(target)) {
    if (kept.has(name)) continue
    fs.rmSync(path.join(target, name))
    removeEmptyFolders(path.dirname(path.join(target, name)))
  }
}

/** @param {string} folder removed if empty, and then those above it likewise */
function removeEmptyFolders(folder) {
  if (fs.readdirSync(folder).length > 0) return
  fs.rmdirSync(folder)
  removeEmptyFolders(path.dirname(folder))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const clean = await withBuildFolder(async (folder) => {
    const clean = declare(folder)
    await bundle(folder)
    mirror(path.join(folder, 'dist'), path.join(root, 'dist'))
    mirror(path.join(folder, 'typings'), path.join(root, 'typings'))
    return clean
  })
  process.exitCode = clean ? 0 : 1
}
