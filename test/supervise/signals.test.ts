import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { type SignalHost, Signals } from '../../src/supervise/signals.js'
import { FakeClock } from './fakes.js'

function setup({ enabled = true } = {}) {
  const emitter = new EventEmitter()
  const log: string[] = []
  const clock = new FakeClock()
  let finish = () => {}
  const host: SignalHost = Object.assign(emitter, {
    pid: 42,
    kill: (pid: number, signal: string) => log.push(`kill ${pid} ${signal}`),
    exit: (code: number) => log.push(`exit ${code}`),
  })
  const signals = new Signals({
    enabled,
    host,
    clock,
    stop: (signal) => {
      log.push(`stop ${signal}`)
      return new Promise<void>((resolve) => {
        finish = resolve
      })
    },
    kill: () => log.push('kill children'),
  })
  const listeners = () => emitter.listenerCount('SIGTERM') + emitter.listenerCount('SIGINT')
  const send = (signal: 'SIGTERM' | 'SIGINT') => emitter.emit(signal, signal)
  const stopped = async () => {
    finish()
    await turn()
  }
  return { emitter, log, clock, signals, listeners, send, stopped }
}

describe('Signals', () => {
  it('listens only while there are children', () => {
    const s = setup()
    assert.equal(s.listeners(), 0)
    s.signals.watch(true)
    s.signals.watch(true)
    assert.equal(s.listeners(), 2)
    s.signals.watch(false)
    assert.equal(s.listeners(), 0)
  })

  it('never listens with signals: false', () => {
    const s = setup({ enabled: false })
    s.signals.watch(true)
    s.signals.ignoreInterrupt()
    assert.equal(s.listeners(), 0)
    s.signals.heedInterrupt()
    s.signals.close()
  })

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`stops the children at ${signal}, then dies of it`, async () => {
      const s = setup()
      s.signals.watch(true)
      s.send(signal)
      s.signals.watch(false)
      assert.deepEqual(s.log, [`stop ${signal}`])
      assert.equal(s.listeners(), 2, 'a second signal must find us')
      await s.stopped()
      assert.deepEqual(s.log, [`stop ${signal}`, `kill 42 ${signal}`])
      assert.equal(s.listeners(), 0)
    })
  }

  it('dies even if the stop fails', async () => {
    const log: string[] = []
    const emitter = new EventEmitter()
    const host = Object.assign(emitter, { pid: 1, kill: () => log.push('kill'), exit: () => {} }) as SignalHost
    const stop = () => Promise.reject(new Error('no'))
    new Signals({ enabled: true, host, clock: new FakeClock(), stop, kill: () => {} }).watch(true)
    emitter.emit('SIGTERM', 'SIGTERM')
    await turn()
    assert.deepEqual(log, ['kill'])
  })

  it('exits with 128+n where the signal has no effect, as for PID 1', async () => {
    const s = setup()
    s.signals.watch(true)
    s.send('SIGTERM')
    await s.stopped()
    s.clock.advance(100)
    assert.deepEqual(s.log.slice(-2), ['kill 42 SIGTERM', 'exit 143'])
  })

  it('leaves the end to a listener that was added meanwhile', async () => {
    const s = setup()
    s.signals.watch(true)
    s.send('SIGINT')
    s.emitter.on('SIGINT', () => {})
    await s.stopped()
    s.clock.advance(100)
    assert.deepEqual(s.log, ['stop SIGINT', 'kill 42 SIGINT'])
  })

  it('does nothing where the user listens, also once', async () => {
    for (const add of ['on', 'once', 'prependListener'] as const) {
      const s = setup()
      s.emitter[add]('SIGTERM', () => {})
      s.signals.watch(true)
      s.send('SIGTERM')
      s.send('SIGINT')
      assert.deepEqual(s.log, ['stop SIGINT'])
    }
  })

  it('does nothing where the user listens from later on', () => {
    const s = setup()
    s.signals.watch(true)
    s.emitter.once('SIGTERM', () => {})
    s.send('SIGTERM')
    assert.deepEqual(s.log, [])
    s.send('SIGTERM')
    assert.deepEqual(s.log, ['stop SIGTERM'])
  })

  it('kills at once at a second signal, whichever it is', () => {
    const s = setup()
    s.signals.watch(true)
    s.send('SIGTERM')
    s.clock.advance(300)
    s.send('SIGINT')
    assert.deepEqual(s.log, ['stop SIGTERM', 'kill children', 'kill 42 SIGINT'])
    assert.equal(s.listeners(), 0)
  })

  it('dies once, though the stop ends after it was cut short', async () => {
    const s = setup()
    s.signals.watch(true)
    s.send('SIGTERM')
    s.clock.advance(300)
    s.send('SIGTERM')
    await s.stopped()
    assert.deepEqual(s.log, ['stop SIGTERM', 'kill children', 'kill 42 SIGTERM'])
  })

  it('takes one Ctrl-C that comes twice for one', async () => {
    const s = setup()
    s.signals.watch(true)
    s.send('SIGINT')
    s.clock.advance(20)
    s.send('SIGINT')
    await s.stopped()
    assert.deepEqual(s.log, ['stop SIGINT', 'kill 42 SIGINT'])
  })

  it('outlives SIGINT while its parent lives, with and without children', () => {
    const s = setup()
    s.signals.ignoreInterrupt()
    s.signals.ignoreInterrupt()
    assert.equal(s.emitter.listenerCount('SIGINT'), 1)
    s.signals.watch(true)
    s.send('SIGINT')
    assert.deepEqual(s.log, [])
    s.send('SIGTERM')
    assert.deepEqual(s.log, ['stop SIGTERM'])
  })

  it('hurries at a second SIGINT of the terminal even if its parent lives', () => {
    const s = setup()
    s.signals.ignoreInterrupt()
    s.signals.watch(true)
    s.send('SIGTERM')
    s.send('SIGINT')
    assert.deepEqual(s.log, ['stop SIGTERM'], 'the first press, late')
    s.clock.advance(1000)
    s.send('SIGINT')
    assert.deepEqual(s.log, ['stop SIGTERM', 'kill children', 'kill 42 SIGINT'])
  })

  it('heeds SIGINT when its parent is gone', () => {
    const s = setup()
    s.signals.ignoreInterrupt()
    s.signals.watch(true)
    s.signals.heedInterrupt()
    s.send('SIGINT')
    assert.deepEqual(s.log, ['stop SIGINT'])
  })

  it('removes all listeners on close', () => {
    const s = setup()
    s.signals.ignoreInterrupt()
    s.signals.watch(true)
    s.signals.close()
    assert.equal(s.listeners(), 0)
  })

  it('does not take the package signal-exit for a listener of the user', async () => {
    const key = Symbol.for('signal-exit emitter')
    const globals = globalThis as Record<symbol, unknown>
    const s = setup()
    s.emitter.on('SIGTERM', () => {})
    globals[key] = { count: 1 }
    try {
      s.signals.watch(true)
      s.send('SIGTERM')
      assert.deepEqual(s.log, ['stop SIGTERM'])
    } finally {
      delete globals[key]
    }
  })
})
