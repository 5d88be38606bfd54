import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SimulatedTree } from './simulated-tree.js'

describe('bus', () => {
  it('smoke', async () => {
    const tree = new SimulatedTree()
    const gm = tree.add().on('ev', 'online', 'offline')
    const a = tree.addBelow(gm).on('ev')
    const b = tree.addBelow(gm).on('ev')
    const a1 = tree.addBelow(a).on('ev')
    await tree.settle()
    a1.multicast('broadcast', 'ev', 1)
    await tree.settle()
    assert.deepEqual(
      [gm, a, b, a1].map((p) => p.received.map((m) => m.pids)),
      [],
    )
  })
})
