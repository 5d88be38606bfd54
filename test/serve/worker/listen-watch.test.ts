import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { ListenWatch } from '../../../src/serve/worker/listen-watch.js'

function watched(t: TestContext) {
  const watch = new ListenWatch()
  t.after(() => watch.close())
  const server = () => {
    const made = net.createServer()
    t.after(() => made.close())
    return made
  }
  return { watch, server }
}

describe('the servers that an app makes listen', () => {
  it('are known as soon as they are told to', async (t) => {
    const { watch, server } = watched(t)
    const [told, silent] = [server(), server()]
    told.listen(0, '127.0.0.1')
    assert.deepEqual([watch.servers.has(told), watch.servers.has(silent)], [true, false])
    await watch.settled()
    assert.equal(told.listening, true)
  })

  it('are known though their address has to be looked up first', async (t) => {
    const { watch, server } = watched(t)
    const told = server().listen(0, 'localhost')
    assert.deepEqual([watch.servers.has(told), told.listening], [true, false])
    await watch.settled()
    assert.equal(told.listening, true)
  })

  it('have settled where they listen already', async (t) => {
    const { watch, server } = watched(t)
    await once(server().listen(0, '127.0.0.1'), 'listening')
    await watch.settled()
  })

  it('have settled when all of them listen', async (t) => {
    const { watch, server } = watched(t)
    const all = [server().listen(0, '127.0.0.1'), server().listen(0, 'localhost')]
    await watch.settled()
    assert.ok(all.every(({ listening }) => listening))
  })

  it('have settled when one listens and another one cannot', async (t) => {
    const { watch, server } = watched(t)
    const first = server().listen(0, '127.0.0.1')
    await once(first, 'listening')
    const second = server()
    const failed = once(second, 'error')
    second.listen((first.address() as net.AddressInfo).port, '127.0.0.1')
    await watch.settled()
    await failed
    assert.equal(second.listening, false)
  })

  it('are none of our business once it is closed', async (t) => {
    const { watch, server } = watched(t)
    watch.close()
    await once(server().listen(0, '127.0.0.1'), 'listening')
    assert.equal(watch.servers.size, 0)
  })
})
