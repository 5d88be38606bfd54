import assert from 'node:assert/strict'
import { once } from 'node:events'
import http2 from 'node:http2'
import https from 'node:https'
import { describe, it, type TestContext } from 'node:test'
import tls from 'node:tls'
import { selfSigned } from '../../conformance/sockets.js'
import { until } from '../../integration/puppets.js'
import { Caller, type Drained, drained, REQUEST } from './drained.js'

const ANSWER = 'HTTP/1.1 200'
const LONG_MS = 60_000
const SHORT_MS = 100

const certificate = selfSigned()
const OPENSSL = certificate === null ? { skip: 'needs openssl' } : {}

const answering = () => https.createServer({ ...certificate }, (_, response) => response.end('ok'))

/** Greets on a connection that is there. */
async function greeted({ socket }: Caller): Promise<Caller> {
  const secure = tls.connect({ socket, rejectUnauthorized: false })
  await once(secure, 'secureConnect')
  return new Caller(secure)
}

describe('a server of https that drains', OPENSSL, () => {
  it('answers a connection that it accepted before and that greets after', async (t) => {
    const made = await drained(t, answering())
    const raw = await made.call()
    made.drain.begin(LONG_MS)
    const caller = await greeted(raw)
    caller.socket.write(REQUEST)
    await caller.untilText(ANSWER)
    await made.drain.ended()
    assert.ok(caller.text.includes('Connection: close'), caller.text)
    assert.deepEqual([made.open, made.requests], [0, 1])
  })

  it('answers one more request on a connection that was kept alive', async (t) => {
    const made = await drained(t, answering())
    const caller = await greeted(await made.call())
    caller.socket.write(REQUEST)
    await caller.untilText(ANSWER)
    made.drain.begin(LONG_MS)
    caller.socket.write(REQUEST)
    await caller.untilText(ANSWER, 2)
    await made.drain.ended()
  })

  for (const [title, kept] of [
    ['has had an answer', true],
    ['has never asked', false],
  ] as const) {
    it(`ends an idle connection that ${title} in order`, async (t) => {
      const made = await drained(t, answering())
      const caller = await greeted(await made.call())
      if (kept) {
        caller.socket.write(REQUEST)
        await caller.untilText(ANSWER)
      }
      await until('it to be counted', () => made.open === 1)
      made.drain.begin(SHORT_MS)
      await caller.untilEnded()
      assert.deepEqual([caller.ended, caller.error], [true, null])
      await made.drain.ended()
    })
  }

  it('ends a connection that never greets', async (t) => {
    const made = await drained(t, answering())
    const raw = await made.call()
    made.drain.begin(SHORT_MS)
    await raw.untilEnded()
    await made.drain.ended()
    assert.equal(raw.error, null)
  })

  it('waits no more for a connection whose greeting fails', async (t) => {
    const made = await drained(t, answering())
    const raw = await made.call()
    made.drain.begin(LONG_MS)
    raw.socket.write('this is not TLS at all\r\n\r\n')
    await made.drain.ended()
  })
})

describe('a server of http2 that drains', OPENSSL, () => {
  function client(t: TestContext, { port }: Drained, options: http2.SecureClientSessionOptions = {}) {
    const session = http2.connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false, ...options })
    const told = { goneAway: false }
    session.once('goaway', () => {
      told.goneAway = true
    })
    session.on('error', () => {})
    t.after(() => session.destroy())
    return { session, told }
  }

  it('tells a session that is there to go away, and answers what is under way', async (t) => {
    const streams: http2.ServerHttp2Stream[] = []
    const server = http2.createSecureServer({ ...certificate })
    server.on('stream', (stream) => streams.push(stream))
    const made = await drained(t, server)
    const { session, told } = client(t, made)
    const asked = session.request({ ':path': '/' })
    await until('the request', () => streams.length === 1)
    made.drain.begin(SHORT_MS)
    await until('it to be told', () => told.goneAway)
    streams[0]?.respond({ ':status': 200 })
    streams[0]?.end('ok')
    const [headers] = await once(asked, 'response')
    assert.equal(headers[':status'], 200)
    asked.resume()
    await made.drain.ended()
  })

  it('tells an idle session to go away', async (t) => {
    const made = await drained(t, http2.createSecureServer({ ...certificate }))
    const { session, told } = client(t, made)
    await once(session, 'remoteSettings')
    made.drain.begin(LONG_MS)
    await made.drain.ended()
    await until('it to be told', () => told.goneAway || session.destroyed)
  })

  it('tells a session that is born meanwhile to go away', async (t) => {
    const made = await drained(t, http2.createSecureServer({ ...certificate }))
    const { socket } = await made.call()
    made.drain.begin(LONG_MS)
    const secure = tls.connect({ socket, rejectUnauthorized: false, ALPNProtocols: ['h2'] })
    const { session, told } = client(t, made, { createConnection: () => secure })
    await made.drain.ended()
    await until('it to be told', () => told.goneAway || session.destroyed)
  })

  it('counts its requests', async (t) => {
    const made = await drained(
      t,
      http2.createSecureServer({ ...certificate }, (_, response) => void response.end('ok')),
    )
    const { session } = client(t, made)
    const asked = session.request({ ':path': '/' })
    await once(asked.resume(), 'end')
    assert.equal(made.requests, 1)
  })
})
