// Children are killed at random moments, and after each time the streams are what they should be: one for each pair.

import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { NodesStage } from '../serve/nodes/stage.js'

const NODES = 6
const FOR_MS = 40_000

/** Those who end again and again are replaced later and later. */
const SETTLED_MS = 60_000

/** Mulberry32: the same seed, the same story. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('nodes that are killed at random', () => {
  it(`have exactly one stream for each pair after every change, for ${FOR_MS / 1000} s`, async (t) => {
    const seed = Number(process.env.SEED ?? randomInt(2 ** 32))
    t.diagnostic(`SEED=${seed}`)
    const next = random(seed)
    const below = (n: number): number => Math.floor(next() * n)
    const stage = await NodesStage.serving(t, { nodes: NODES })
    const end = performance.now() + FOR_MS
    let [kills, rounds, reloads] = [0, 0, 0]
    const seen = new Set(stage.all.keys())
    for (; performance.now() < end; rounds++) {
      // More than one at a time, so that those who are still meeting are hit as well.
      for (let n = 1 + below(4); n > 0; n--) {
        const { children } = stage
        const id = children[below(children.length)]
        if (below(12) === 0) {
          stage.process.kill('SIGHUP')
          reloads++
        } else if (id !== undefined) {
          stage.kill(id, below(3) === 0 ? 'SIGTERM' : 'SIGKILL')
          kills++
        }
        if (below(2) === 0) await delay(below(250))
      }
      await stage.settled(NODES - 1, SETTLED_MS).catch((error) => {
        throw new Error(`SEED=${seed}, round ${rounds}: ${error.message}`)
      })
      for (const id of stage.children) seen.add(id)
    }
    t.diagnostic(`${rounds} rounds, ${kills} kills, ${reloads} reloads, ${seen.size} nodes`)
    assert.ok(rounds >= 5)
    // Nobody was ever anybody else.
    const started = [...stage.output.matchAll(/^started (\S+) /gm)].map(([, id]) => id)
    assert.equal(new Set(started).size, started.length)
    stage.process.kill('SIGTERM')
    assert.equal(await stage.ended, 0, stage.errors)
    await stage.untilGone()
  })
})
