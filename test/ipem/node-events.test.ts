import assert from 'node:assert/strict'
import { getEventListeners, listenerCount, on, once, setMaxListeners } from 'node:events'
import { describe, it } from 'node:test'
import { createIpem } from '../../src/index.js'
import { Family } from './family.js'

describe('node:events', { concurrency: true }, () => {
  it('once resolves to the arguments and leaves no listener', async () => {
    await using family = await Family.of(1)
    const { gm, first } = family
    const answer = once(gm, 'ev')
    await family.settled()
    first.sendToParents('ev', 'x', 1)
    assert.deepEqual(await answer, ['x', 1])
    assert.deepEqual(gm.eventNames(), [])
  })

  it('once ends by a signal and leaves no listener', async () => {
    const ipem = createIpem()
    const controller = new AbortController()
    const waiting = once(ipem, 'ev', { signal: controller.signal })
    controller.abort(new Error('enough'))
    await assert.rejects(
      waiting,
      (error: Error) => error.name === 'AbortError' && (error.cause as Error).message === 'enough',
    )
    assert.deepEqual(ipem.eventNames(), [])
  })

  it('once rejects when an error comes first', async () => {
    const ipem = createIpem()
    const waiting = once(ipem, 'ev')
    ipem.emit('error', new Error('x'))
    await assert.rejects(waiting, { message: 'x' })
    assert.deepEqual(ipem.eventNames(), [])
  })

  it('on gives what comes, in order, and `break` removes its listeners', async () => {
    await using family = await Family.of(1)
    const { gm, first } = family
    const events = on(gm, 'ev')
    await family.settled()
    for (let i = 0; i < 5; i++) first.sendToParents('ev', i)
    const got: unknown[] = []
    for await (const [value] of events) {
      got.push(value)
      if (value === 4) break
    }
    assert.deepEqual(got, [0, 1, 2, 3, 4])
    assert.deepEqual(gm.eventNames(), [])
  })

  it('on ends by a signal and removes its listeners', async () => {
    const ipem = createIpem()
    const controller = new AbortController()
    const events = on(ipem, 'ev', { signal: controller.signal })
    ipem.emit('ev', 1)
    const got: unknown[] = []
    await assert.rejects(
      (async () => {
        for await (const [value] of events) {
          got.push(value)
          controller.abort()
        }
      })(),
      { name: 'AbortError' },
    )
    assert.deepEqual(got, [1])
    assert.deepEqual(ipem.eventNames(), [])
  })

  it('on throws what comes as error', async () => {
    const ipem = createIpem()
    const events = on(ipem, 'ev')
    ipem.emit('error', new Error('x'))
    await assert.rejects(events.next(), { message: 'x' })
    assert.deepEqual(ipem.eventNames(), [])
  })

  it('listenerCount and setMaxListeners take it', () => {
    const ipem = createIpem()
    ipem.on('ev', () => {})
    assert.equal(listenerCount(ipem, 'ev'), 1)
    setMaxListeners(5, ipem)
    assert.equal(ipem.getMaxListeners(), 5)
    assert.equal(getEventListeners(ipem, 'ev').length, 1)
    assert.throws(() => ipem.setMaxListeners(-1), { code: 'ERR_IPEM_INVALID_ARG' })
  })

  it('a hundred listeners warn nobody', async () => {
    const ipem = createIpem()
    const warnings: Error[] = []
    const onWarning = (warning: Error) => warnings.push(warning)
    process.on('warning', onWarning)
    for (let i = 0; i < 100; i++) ipem.on('ev', () => {})
    await new Promise(setImmediate)
    process.off('warning', onWarning)
    assert.deepEqual(warnings, [])
  })
})
