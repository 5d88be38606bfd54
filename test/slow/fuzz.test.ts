import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { search } from '../fuzz/fuzz.js'
import { targets } from '../fuzz/targets.js'

const SECONDS = 15

describe(`changed bytes, for ${SECONDS} s`, () => {
  for (const name of Object.keys(targets)) {
    it(`harm nobody as ${name}`, async (t) => {
      const seed = Math.floor(Math.random() * 2 ** 32)
      const { runs, ends, found } = await search(name, SECONDS, seed)
      t.diagnostic(`${runs} runs, ${ends} different ends; again with: npm run fuzz -- ${name} --seed ${seed}`)
      assert.equal(found?.error ?? null, null, found?.bytes.toString('hex'))
      assert.ok(runs > 1000 && ends > 2)
    })
  }
})
