import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createIpem, IpemError } from '../../src/index.js'
import { uncaught } from './family.js'

describe('listeners', { concurrency: true }, () => {
  it('are called in the order in which they were added', () => {
    const ipem = createIpem()
    const calls: string[] = []
    ipem.on('ev', () => calls.push('on'))
    ipem.addListener('ev', () => calls.push('addListener'))
    ipem.prependListener('ev', () => calls.push('prepended'))
    ipem.prependOnceListener('ev', () => calls.push('prepended once'))
    ipem.once('ev', () => calls.push('once'))
    assert.equal(ipem.emit('ev'), true)
    assert.deepEqual(calls, ['prepended once', 'prepended', 'on', 'addListener', 'once'])
    calls.length = 0
    assert.equal(ipem.emit('ev'), true)
    assert.deepEqual(calls, ['prepended', 'on', 'addListener'])
  })

  it('get every argument', () => {
    const ipem = createIpem()
    for (const count of [0, 1, 2, 3, 10]) {
      const args = Array.from({ length: count }, (_, index) => index)
      let got: unknown[] | null = null
      ipem.once('ev', (...given) => {
        got = given
      })
      ipem.emit('ev', ...args)
      assert.deepEqual(got, args)
    }
  })

  it('chain', () => {
    const ipem = createIpem()
    const listener = () => {}
    for (const method of [
      'on',
      'once',
      'addListener',
      'prependListener',
      'prependOnceListener',
      'off',
      'removeListener',
    ] as const) {
      const call = ipem[method] as (event: string, listener: () => void) => unknown
      assert.equal(call.call(ipem, 'ev', listener), ipem, method)
    }
    assert.equal(ipem.removeAllListeners('ev'), ipem)
    assert.equal(ipem.removeAllListeners(), ipem)
    assert.equal(ipem.setMaxListeners(3), ipem)
    assert.equal(ipem.getMaxListeners(), 3)
  })

  it('count, and are listed with their names', () => {
    const ipem = createIpem()
    const symbol = Symbol('ev')
    const a = () => {}
    const b = () => {}
    ipem.on('ev', a).once('ev', b).on(symbol, a).on('ready', a)
    assert.deepEqual(ipem.eventNames(), ['ev', 'ready', symbol])
    assert.equal(ipem.listenerCount('ev'), 2)
    assert.equal(ipem.listenerCount(symbol), 1)
    assert.equal(ipem.listenerCount('toString'), 0)
    assert.deepEqual(ipem.listeners('ev'), [a, b])
    assert.deepEqual(ipem.rawListeners('ev'), [a, b])
    assert.deepEqual(ipem.listeners('none'), [])
  })

  it('may listen to symbols, and to names that objects have', () => {
    const ipem = createIpem()
    const calls: unknown[] = []
    const symbol = Symbol('ev')
    for (const name of [symbol, '__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      assert.equal(ipem.emit(name as string), false)
      ipem.on(name as string, function () {
        calls.push(this.event)
      })
      assert.equal(ipem.emit(name as string), true)
    }
    assert.deepEqual(calls, [symbol, '__proto__', 'constructor', 'toString', 'hasOwnProperty'])
  })

  it('are removed one by one, by context, or all', () => {
    const ipem = createIpem()
    const calls: string[] = []
    function listener(this: unknown) {
      calls.push((this as { name?: string }).name ?? 'message')
    }
    const contexts = [{ name: 'x' }, { name: 'y' }]
    for (const context of contexts) ipem.on('ev', listener, context)
    ipem.once('ev', listener)
    ipem.off('ev', listener, contexts[0])
    ipem.emit('ev')
    assert.deepEqual(calls, ['y', 'message'])
    ipem.off('ev', () => {})
    assert.equal(ipem.listenerCount('ev'), 1)
    ipem.on('other', listener)
    ipem.off('ev', listener)
    assert.deepEqual(ipem.eventNames(), ['other'])
    ipem.on('ev', listener).removeAllListeners('ev')
    assert.deepEqual(ipem.eventNames(), ['other'])
    ipem.on('ev', listener).removeAllListeners()
    assert.deepEqual(ipem.eventNames(), [])
  })

  it('with the empty name are only these', () => {
    const ipem = createIpem()
    ipem.on('', () => {}).on('other', () => {})
    ipem.removeAllListeners('')
    assert.deepEqual(ipem.eventNames(), ['other'])
  })

  it('that were added once are called once, also when the event is emitted inside of it', () => {
    const ipem = createIpem()
    const calls: string[] = []
    ipem.on('ev', (depth: number) => {
      calls.push(`on ${depth}`)
      if (depth < 3) ipem.emit('ev', depth + 1)
    })
    ipem.once('ev', (depth: number) => {
      calls.push(`once ${depth}`)
    })
    ipem.emit('ev', 1)
    assert.deepEqual(calls, ['on 1', 'on 2', 'on 3', 'once 3'])
  })

  it('that were added once and emit the event are not called again', () => {
    const ipem = createIpem()
    let calls = 0
    ipem.once('ev', () => {
      calls++
      ipem.emit('ev')
    })
    ipem.emit('ev')
    assert.equal(calls, 1)
  })

  it('once and for ever may be the same function', () => {
    const ipem = createIpem()
    let calls = 0
    const listener = () => {
      calls++
    }
    ipem.once('ev', listener).on('ev', listener).once('ev', listener)
    ipem.emit('ev')
    assert.equal(calls, 3)
    ipem.emit('ev')
    assert.equal(calls, 4)
    assert.equal(ipem.listenerCount('ev'), 1)
  })

  it('that are added or removed by another one count from the next event on', () => {
    const ipem = createIpem()
    const calls: string[] = []
    const late = () => calls.push('late')
    const removed = () => calls.push('removed')
    ipem.once('ev', () => {
      ipem.on('ev', late).prependListener('ev', late).off('ev', removed)
    })
    ipem.on('ev', removed)
    ipem.emit('ev')
    assert.deepEqual(calls, ['removed'])
    ipem.emit('ev')
    assert.deepEqual(calls, ['removed', 'late', 'late'])
  })

  it('that throw do not stop the others; the error comes as an uncaughtException of a later tick', async () => {
    const ipem = createIpem()
    const calls: string[] = []
    ipem.on('ev', () => {
      calls.push('first')
      throw new Error('first')
    })
    ipem.once('ev', () => {
      calls.push('second')
      throw new Error('second')
    })
    ipem.on('ev', () => calls.push('third'))
    const errors = await uncaught(2, () => {
      assert.equal(ipem.emit('ev'), true)
      calls.push('after')
    })
    assert.deepEqual(calls, ['first', 'second', 'third', 'after'])
    assert.deepEqual(
      errors.map((error) => (error as Error).message),
      ['first', 'second'],
    )
    assert.equal(ipem.listenerCount('ev'), 2)
  })

  it('go one at a time, the last added first, and never all by mistake', () => {
    const ipem = createIpem()
    const calls: string[] = []
    const twice = () => calls.push('twice')
    ipem
      .on('x', twice)
      .on('x', () => calls.push('other'))
      .on('x', twice)
    ipem.off('x', twice)
    ipem.emit('x')
    assert.deepEqual(calls, ['twice', 'other'])
    assert.throws(() => ipem.off('x', undefined), { code: 'ERR_IPEM_INVALID_ARG' })
    assert.equal(ipem.listenerCount('x'), 2)
  })

  it('go one at a time, the last added first, and never all by mistake', () => {
    const ipem = createIpem()
    const calls: string[] = []
    const twice = () => calls.push('twice')
    ipem.on('x', twice)
    ipem.on('x', () => calls.push('other'))
    ipem.on('x', twice)
    ipem.off('x', twice)
    ipem.emit('x')
    assert.deepEqual(calls, ['twice', 'other'])
    assert.throws(() => ipem.off('x', undefined), { code: 'ERR_IPEM_INVALID_ARG' })
    assert.equal(ipem.listenerCount('x'), 2)
  })

  it('have to be functions, and events strings or symbols', () => {
    const ipem = createIpem()
    for (const method of ['on', 'once', 'addListener', 'prependListener', 'prependOnceListener'] as const) {
      for (const listener of [undefined, null, 'x', {}, 1]) {
        assert.throws(
          () => (ipem[method] as (event: string, listener: unknown) => unknown).call(ipem, 'ev', listener),
          (error: IpemError) =>
            error instanceof IpemError &&
            error.code === 'ERR_IPEM_INVALID_ARG' &&
            /`listener` to be a function/.test(error.message),
        )
      }
      for (const event of [undefined, null, 1, {}]) {
        assert.throws(
          () => (ipem[method] as (event: unknown, listener: () => void) => unknown)(event, () => {}),
          (error: IpemError) =>
            error instanceof IpemError && error.code === 'ERR_IPEM_INVALID_ARG' && /`event` to be/.test(error.message),
        )
      }
    }
    assert.deepEqual(ipem.eventNames(), [])
  })
})

describe('the context of a listener', { concurrency: true }, () => {
  it('is the message unless one was given', () => {
    const ipem = createIpem()
    const seen: unknown[] = []
    function listener(this: unknown) {
      seen.push(this)
    }
    const context = {}
    ipem.on('ev', listener).on('ev', listener, context).once('ev', listener, context).on('ev', listener, ipem)
    ipem.emit('ev')
    const [message, ...contexts] = seen
    assert.equal((message as { event: string }).event, 'ev')
    assert.deepEqual(
      contexts.map((each) => each === context),
      [true, true, false],
    )
    assert.equal(contexts[2], ipem)
  })
})
