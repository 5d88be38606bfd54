// @ts-check
// Fails when an import in src/ points the wrong way or closes a cycle. Imports of types count like all others.
// The table below is the "Layout" of docs/architecture.md: change both together.

import fs from 'node:fs'
import path from 'node:path'
import { parseSync } from 'oxc-parser'
import { filesBelow } from './build.js'
import { root } from './run.js'

const LEAVES = [
  'builtin-modules.ts',
  'errors.ts',
  'eventemitter3.ts',
  'generated/',
  'message.ts',
  'options.ts',
  'options-check.ts',
  'options-resolved.ts',
  'options-schema.ts',
  'options-types.ts',
  'process-info.ts',
  'schema-check.ts',
]
const PARTS = [...LEAVES, 'wire/', 'link/', 'routing/', 'bus/', 'join/', 'supervise/', 'request/']
const MAIN = [...PARTS, 'runtime/', './']
/** What a subpath of the package may use beside the public names of ipem itself. */
const HELPERS = [...LEAVES, 'index.ts', 'join/', 'supervise/']

/**
 * A file of the first column may import files of the second, and those of its own folder. A name that ends with `/` is
 * a folder of src/, `./` is src/ itself. The first row that has a file counts.
 *
 * @type {[from: readonly string[], to: readonly string[]][]}
 */
const MAY_IMPORT = [
  [LEAVES, LEAVES],
  [['routing/'], LEAVES],
  [['wire/'], LEAVES],
  [['link/'], [...LEAVES, 'wire/']],
  [['request/'], LEAVES],
  [['bus/'], [...LEAVES, 'wire/', 'link/', 'routing/']],
  [['join/'], [...LEAVES, 'wire/', 'link/']],
  [['supervise/'], [...LEAVES, 'wire/', 'link/']],
  [['runtime/'], [...PARTS, 'public-types.ts']],
  [['./'], MAIN],
  [['serve/'], HELPERS],
  [['cli/'], ['index.ts', 'serve/']],
]

const src = path.join(root, 'src')
const graph = new Map(filesBelow(src).map((file) => [file, importsOf(file)]))
const faults = [...wrongWays(), ...cycles()]
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1
else console.log(`${graph.size} files, ${[...graph.values()].flat().length} imports: no cycle, none the wrong way`)

/**
 * @param {string} file relative to src/
 * @returns {string[]} the files of src/ it imports, once each
 */
function importsOf(file) {
  const { program, errors } = parseSync(file, fs.readFileSync(path.join(src, file), 'utf8'))
  if (errors[0]) throw new Error(`src/${file}: ${errors[0].message}`)
  /** @type {Set<string>} */
  const found = new Set()
  // Every form (import, export from, import(), and import() in a type) keeps its specifier in `source`.
  JSON.stringify(program, (key, value) => {
    if (key === 'source' && value?.type === 'Literal' && String(value.value).startsWith('.')) {
      found.add(path.posix.join(path.posix.dirname(file), value.value).replace(/\.js$/, '.ts'))
    }
    return typeof value === 'bigint' ? String(value) : value
  })
  return [...found]
}

function* wrongWays() {
  for (const [file, imports] of graph) {
    const row = MAY_IMPORT.find(([from]) => fits(file, from))
    if (!row) yield `src/${file} belongs to no layer: add its folder to scripts/check-imports.js`
    for (const imported of imports) {
      if (!graph.has(imported)) yield `src/${file} imports src/${imported}, which does not exist`
      const own = folderOf(file) !== './' && folderOf(file) === folderOf(imported)
      if (row && !own && !fits(imported, row[1])) yield `src/${file} must not import src/${imported}`
    }
  }
}

/**
 * @param {string} file
 * @param {readonly string[]} patterns
 */
function fits(file, patterns) {
  return patterns.some((pattern) => (pattern.endsWith('/') ? folderOf(file) === pattern : file === pattern))
}

/** @param {string} file */
function folderOf(file) {
  return file.includes('/') ? `${file.split('/')[0]}/` : './'
}

/** One way around for each group of files that import each other. */
function* cycles() {
  /** @type {Set<string>} */
  const done = new Set()
  for (const start of graph.keys()) {
    if (done.has(start)) continue
    const way = wayBack(start)
    for (const file of way) done.add(file)
    if (way.length > 0) yield `cycle: ${[...way, start].map((file) => `src/${file}`).join(' → ')}`
  }
}

/**
 * The shortest way along imports from a file back to itself, breadth first.
 *
 * @param {string} start
 * @returns {string[]} empty if there is none
 */
function wayBack(start) {
  /** @type {string[][]} */
  const queue = [[start]]
  /** @type {Set<string>} */
  const seen = new Set()
  for (let way = queue.shift(); way; way = queue.shift()) {
    for (const next of graph.get(/** @type {string} */ (way.at(-1))) ?? []) {
      if (next === start) return way
      if (seen.has(next)) continue
      seen.add(next)
      queue.push([...way, next])
    }
  }
  return []
}
