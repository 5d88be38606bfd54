// @ts-check
// src -> dist (what runs, one file) and typings (the declarations a user can reach, committed).
// Everything is built aside first, so that dist is never half there for a test that runs meanwhile.

import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { root, run } from './run.js'

/**
 * Writes `folder`/typings, also where there are type errors.
 *
 * @param {string} folder
 * @returns {boolean} true if there is no type error and there are public names
 */
export function declare(folder) {
  const typings = path.join(folder, 'typings')
  const clean = run('tsc', ['-p', 'tsconfig.build.json', '--declarationDir', typings])
  const entry = path.join(typings, 'index.d.ts')
  if (!fs.existsSync(entry)) {
    console.error('src/index.ts is missing, so nothing is public')
    return false
  }
  keepReachable(typings, entry)
  return clean
}

/** @type {{ dependencies: Record<string, string> }} */
const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))

/**
 * Writes `folder`/dist. One file: Node takes longer to find and link a hundred modules than to run them, and every
 * process of an application pays that.
 *
 * @param {string} folder
 */
function bundle(folder) {
  const { metafile } = buildSync({
    metafile: true,
    absWorkingDir: root,
    entryPoints: ['src/index.ts', 'src/eventemitter3.ts'],
    outdir: path.join(folder, 'dist'),
    bundle: true,
    // For everybody the class that Ipem extends, and what only a user's own schemas need. The others come along.
    external: [...Object.keys(manifest.dependencies), '#eventemitter3'],
    alias: { eventemitter3: '#eventemitter3' },
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    // Smaller is loaded faster; names stay, and lines short enough for a stack trace to point at.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 120,
    logLevel: 'warning',
  })
  fs.writeFileSync(path.join(folder, 'dist', 'third-party-licenses.txt'), licensesOf(Object.keys(metafile.inputs)))
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
 * @param {(folder: string) => T} use
 * @returns {T}
 */
export function withBuildFolder(use) {
  fs.mkdirSync(path.join(root, '.build'), { recursive: true })
  const folder = fs.mkdtempSync(path.join(root, '.build', 'out-'))
  try {
    return use(folder)
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
 * Deletes the declarations that cannot be reached from `entry`: they are internal.
 *
 * @param {string} folder
 * @param {string} entry
 */
function keepReachable(folder, entry) {
  /** @type {Set<string>} */
  const reached = new Set()
  const queue = [entry]
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
  const clean = withBuildFolder((folder) => {
    const clean = declare(folder)
    bundle(folder)
    mirror(path.join(folder, 'dist'), path.join(root, 'dist'))
    mirror(path.join(folder, 'typings'), path.join(root, 'typings'))
    return clean
  })
  process.exitCode = clean ? 0 : 1
}
