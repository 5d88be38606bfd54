// npm run fuzz -- [TARGET …] [--seconds S] [--seed N]

import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { corpusFolder } from './corpus.js'
import { search } from './fuzz.js'
import { targets } from './targets.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
})
const seconds = Number(values.seconds)
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32))
if (!Number.isInteger(seed) || !(seconds > 0)) throw new Error('Expected --seed to be an integer, --seconds a number')
for (const name of positionals.length > 0 ? positionals : Object.keys(targets)) {
  const { runs, ends, found } = await search(name, seconds, seed)
  console.log(`${name}: ${runs} runs, ${ends} different ends, --seed ${seed}`)
  if (found === null) continue
  const file = path.join(corpusFolder, name, `found-${seed}-${runs}`)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, found.bytes)
  console.error(found.error)
  console.error(`These bytes are kept in ${path.relative('.', file)}`)
  process.exitCode = 1
}
