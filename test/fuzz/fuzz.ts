// Looks for bytes that a target does not stand: known ones with some of their bytes changed, left out, doubled or
// swapped for those of another. What comes to an end that was not seen before joins those that are changed.

import { randomFrom } from '../bus/simulated-tree.js'
import { kept, seeds } from './corpus.js'
import { targets } from './targets.js'

const MAX_BYTES = 4096
const MAX_POOL = 5000

export interface Found {
  readonly bytes: Buffer
  readonly error: unknown
}

export interface Search {
  readonly runs: number
  /** Different ends, refusals by their text among them. */
  readonly ends: number
  readonly found: Found | null
}

export async function search(name: string, seconds: number, seed: number): Promise<Search> {
  const target = targets[name]
  if (target === undefined) throw new Error(`Expected one of ${Object.keys(targets)}, got ${name}`)
  const random = randomFrom(seed)
  const pool = [...(seeds[name] ?? []), ...kept(name).values()]
  const ends = new Set<string>()
  let runs = 0
  for (const until = performance.now() + seconds * 1000; performance.now() < until; runs++) {
    const bytes = change(pool, random)
    try {
      const end = String(await target(bytes)).replaceAll(/\d+/g, 'N')
      if (ends.has(end)) continue
      ends.add(end)
      if (pool.length < MAX_POOL) pool.push(bytes)
    } catch (error) {
      return { runs, ends: ends.size, found: { bytes, error } }
    }
  }
  return { runs, ends: ends.size, found: null }
}

function change(pool: readonly Buffer[], random: () => number): Buffer {
  const pick = (): Buffer => pool[Math.floor(random() * pool.length)] as Buffer
  let bytes = Buffer.from(pick())
  for (let changes = Math.ceil(random() * 4); changes > 0; changes--) {
    const at = Math.floor(random() * bytes.length)
    const length = Math.floor(random() * 16)
    const dice = random()
    if (dice < 0.3) bytes[at] = random() * 256
    else if (dice < 0.5) bytes[at] = (bytes[at] as number) + (random() < 0.5 ? 1 : -1)
    else if (dice < 0.65) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
    else if (dice < 0.8) bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)])
    else bytes = Buffer.concat([bytes.subarray(0, at), pick().subarray(Math.floor(random() * 8))])
  }
  return bytes.subarray(0, MAX_BYTES)
}
