import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Waiting } from '../../../src/serve/master/waiting.js'
import { Deferred } from '../../../src/supervise/deferred.js'

describe('those who wait for the same', () => {
  it('hear of it, all of them', async () => {
    const waiting = new Waiting()
    const all = [waiting.add(), waiting.add()]
    assert.equal(waiting.size, 2)
    waiting.resolve()
    await Promise.all(all)
    assert.equal(waiting.size, 0)
  })

  it('hear why it will not come', async () => {
    const waiting = new Waiting()
    const all = [waiting.add(), waiting.add()]
    const error = new Error('never')
    waiting.reject(error)
    for (const each of all) await assert.rejects(each, error)
    assert.equal(waiting.size, 0)
  })

  it('hear of what comes after they began, and not of what came before', async () => {
    const waiting = new Waiting()
    waiting.resolve()
    const late = new Deferred<void>()
    const promise = waiting.add(late)
    assert.equal(late.settled, false)
    waiting.resolve()
    await promise
  })

  it('may begin again while they hear of it', async () => {
    const waiting = new Waiting()
    const first = waiting.add().then(() => waiting.add(again))
    const again = new Deferred<void>()
    waiting.resolve()
    await new Promise<void>((resolve) => setImmediate(resolve))
    assert.deepEqual([waiting.size, again.settled], [1, false])
    waiting.resolve()
    await first
  })
})
