// npm run fuzz -- [TARGET …] [--seconds S]: looks for bytes that a target does not stand, S seconds for each target.
// Guided by coverage where Jazzer.js is installed (npm run fuzz:install), else by chance from the seeds on.

import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { buildSync } from 'esbuild'
import { randomFrom } from '../bus/simulated-tree.js'
import { corpusFolder, kept, seeds } from './corpus.js'
import { targets } from './targets.js'

const jazzer = path.resolve('test', 'fuzz', 'guided', 'node_modules', '.bin', 'jazzer')
const work = path.resolve('.build', 'fuzz')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
})
const names = positionals.length > 0 ? positionals : Object.keys(targets)
const seconds = Number(values.seconds)
for (const name of names) if (!Object.hasOwn(targets, name)) throw new Error(`Expected one of ${Object.keys(targets)}`)

for (const name of names) {
  const found = fs.existsSync(jazzer) ? guided(name) : await byChance(name)
  if (!found) continue
  console.error(`${name}: found. Keep those bytes in ${path.relative('.', path.join(corpusFolder, name))}`)
  process.exitCode = 1
}

/** Answers whether something was found; it is in the corpus then. */
function guided(name: string): boolean {
  const start = path.join(work, 'seeds', name)
  fs.mkdirSync(start, { recursive: true })
  for (const [index, seed] of (seeds[name] ?? []).entries()) fs.writeFileSync(path.join(start, `seed-${index}`), seed)
  fs.mkdirSync(path.join(corpusFolder, name), { recursive: true })
  const program = path.join(work, `${name}.cjs`)
  // One CommonJS file: what is loaded by `require` is what gets its counters.
  buildSync({
    stdin: {
      contents: `import { targets } from './targets.js'\nexport const fuzz = (data) => targets.${name}(data)`,
      resolveDir: path.resolve('.build', 'test', 'fuzz'),
    },
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
    // Only where files of the package are looked for, which no target does.
    define: { 'import.meta.url': '"file:///"' },
    banner: { js: '"use strict";' },
  })
  const grown = path.join(work, 'grown', name)
  fs.mkdirSync(grown, { recursive: true })
  const own = ['--includes', program, '--excludes', 'node_modules']
  const limits = [`-max_total_time=${seconds}`, '-rss_limit_mb=1024', '-timeout=10', '-max_len=4096']
  const kept = `-artifact_prefix=${path.join(corpusFolder, name)}${path.sep}`
  const { status } = spawnSync(jazzer, [program, grown, start, ...own, '--', ...limits, kept], { stdio: 'inherit' })
  return status !== 0
}

/** Seeds with some of their bytes changed, left out, doubled or swapped for those of another. */
async function byChance(name: string): Promise<boolean> {
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32))
  console.log(`${name}: by chance for ${seconds} s, --seed ${seed}; for more, npm run fuzz:install`)
  const random = randomFrom(seed)
  const pool = [...(seeds[name] ?? []), ...kept(name).values()]
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  let runs = 0
  for (const end = performance.now() + seconds * 1000; performance.now() < end; runs++) {
    let data = Buffer.from(pick(pool))
    for (let changes = Math.ceil(random() * 4); changes > 0; changes--) {
      const at = Math.floor(random() * data.length)
      const length = Math.floor(random() * 16)
      const change = random()
      if (change < 0.5) data[at] = random() * 256
      else if (change < 0.65) data = Buffer.concat([data.subarray(0, at), data.subarray(at + length)])
      else if (change < 0.8) data = Buffer.concat([data.subarray(0, at + length), data.subarray(at)])
      else data = Buffer.concat([data.subarray(0, at), pick(pool).subarray(Math.floor(random() * 8))])
    }
    data = data.subarray(0, 4096)
    try {
      await targets[name]?.(data)
    } catch (error) {
      const file = path.join(corpusFolder, name, `found-${seed}-${runs}`)
      fs.mkdirSync(path.dirname(file), { recursive: true })
      fs.writeFileSync(file, data)
      console.error(error)
      return true
    }
  }
  console.log(`${name}: ${runs} runs`)
  return false
}
