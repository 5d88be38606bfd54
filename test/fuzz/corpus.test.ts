import { describe, it } from 'node:test'
import { kept, seeds } from './corpus.js'
import { targets } from './targets.js'

for (const [name, target] of Object.entries(targets)) {
  describe(`bytes of others, as ${name}`, () => {
    for (const [index, seed] of (seeds[name] ?? []).entries())
      it(`seed ${index}`, async () => void (await target(seed)))
    for (const [file, bytes] of kept(name)) it(`kept as ${file}`, async () => void (await target(bytes)))
  })
}
