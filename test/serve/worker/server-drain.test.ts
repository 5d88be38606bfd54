import assert from 'node:assert/strict'
import http from 'node:http'
import net from 'node:net'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../../integration/puppets.js'
import { type Drained, drained, REQUEST } from './drained.js'

const ANSWER = 'HTTP/1.1 200'
const LAST = 'Connection: close'
const LONG_MS = 60_000
const SHORT_MS = 100

const answering = () => http.createServer((_, response) => response.end('ok'))

/** One that was kept alive after an answer. */
async function idle(made: Drained) {
  const caller = await made.call()
  caller.socket.write(REQUEST)
  await caller.untilText(ANSWER)
  return caller
}

describe('a server of HTTP that drains', () => {
  it('answers what is under way, and says that it is the last', async (t) => {
    const responses: http.ServerResponse[] = []
    const made = await drained(
      t,
      http.createServer((_, response) => responses.push(response)),
    )
    const caller = await made.call()
    caller.socket.write(REQUEST)
    await until('the request', () => responses.length === 1)
    made.drain.begin(LONG_MS)
    responses[0]?.end('ok')
    await made.drain.ended()
    await caller.untilEnded()
    assert.ok(caller.text.includes(ANSWER) && caller.text.includes(LAST), caller.text)
    assert.deepEqual([caller.error, made.open, made.requests], [null, 0, 1])
  })

  it('waits for an answer however long it takes', async (t) => {
    const responses: http.ServerResponse[] = []
    const made = await drained(
      t,
      http.createServer((_, response) => responses.push(response)),
    )
    const caller = await made.call()
    caller.socket.write(REQUEST)
    await until('the request', () => responses.length === 1)
    made.drain.begin(SHORT_MS)
    await delay(SHORT_MS * 4)
    assert.equal(caller.ended, false)
    responses[0]?.end('ok')
    await caller.untilEnded()
    assert.ok(caller.text.includes(ANSWER), caller.text)
  })

  it('accepts no more', async (t) => {
    const made = await drained(t, answering())
    made.drain.begin(LONG_MS)
    await assert.rejects(made.call(), { code: 'ECONNREFUSED' })
    await made.drain.ended()
  })

  it('answers one more request on a connection that was kept alive', async (t) => {
    const made = await drained(t, answering())
    const caller = await idle(made)
    made.drain.begin(LONG_MS)
    // Node's own close() would have ended it by now.
    await delay(20)
    assert.deepEqual([caller.ended, caller.closed], [false, false])
    caller.socket.write(REQUEST)
    await made.drain.ended()
    await caller.untilText(ANSWER, 2)
    assert.ok(caller.text.includes(LAST), caller.text)
    assert.deepEqual([caller.error, made.requests], [null, 2])
  })

  it('answers the first request of a connection that was silent', async (t) => {
    const made = await drained(t, answering())
    const caller = await made.call()
    made.drain.begin(LONG_MS)
    caller.socket.write(REQUEST)
    await made.drain.ended()
    await caller.untilText(ANSWER)
  })

  for (const [title, kept] of [
    ['has had an answer', true],
    ['has never asked', false],
  ] as const) {
    it(`ends an idle connection that ${title} in order, and not before its time`, async (t) => {
      const made = await drained(t, answering())
      const caller = kept ? await idle(made) : await made.call()
      const before = performance.now()
      made.drain.begin(SHORT_MS)
      await caller.untilEnded()
      assert.ok(performance.now() - before >= SHORT_MS - 5)
      await until('it to be gone', () => caller.closed)
      assert.deepEqual([caller.ended, caller.error], [true, null])
      await made.drain.ended()
    })
  }

  it('keeps no idle connection longer than it has announced', async (t) => {
    const server = answering()
    server.keepAliveTimeout = 1
    const made = await drained(t, server)
    await made.call()
    made.drain.begin(LONG_MS)
    await made.drain.ended()
  })

  for (const [title, kept] of [
    ['first', false],
    ['second', true],
  ] as const) {
    it(`lets the ${title} request of a connection come in as slowly as it does`, async (t) => {
      const made = await drained(t, answering())
      const caller = kept ? await idle(made) : await made.call()
      made.drain.begin(SHORT_MS)
      for (const piece of ['GET / HT', 'TP/1.1\r\nHo', 'st: here\r\n', '\r\n']) {
        caller.socket.write(piece)
        await delay(SHORT_MS * 3)
        if (piece !== '\r\n') assert.equal(caller.ended, false)
      }
      await caller.untilText(ANSWER, kept ? 2 : 1)
      await made.drain.ended()
      assert.equal(caller.error, null)
    })
  }

  it('waits for connections that speak something else by now, until they are destroyed', async (t) => {
    const server = answering()
    const made = await drained(t, server)
    server.on('upgrade', (_, socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'))
    const caller = await made.call()
    caller.socket.write('GET / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
    await caller.untilText('HTTP/1.1 101')
    made.drain.begin(SHORT_MS)
    await delay(SHORT_MS * 3)
    assert.deepEqual([caller.ended, made.open], [false, 1])
    made.drain.destroy()
    await made.drain.ended()
    await until('it to be gone', () => caller.closed)
  })
})

describe('a server of plain TCP that drains', () => {
  it('waits for its connections, which are closed by others', async (t) => {
    const made = await drained(
      t,
      net.createServer((socket) => socket.on('data', (chunk) => socket.write(chunk))),
    )
    const caller = await made.call()
    made.drain.begin(SHORT_MS)
    await delay(SHORT_MS * 3)
    assert.deepEqual([caller.ended, made.open], [false, 1])
    caller.socket.write('still there')
    await caller.untilText('still there')
    caller.socket.end()
    await made.drain.ended()
    assert.equal(made.open, 0)
  })

  it('has ended at once where nobody is there', async (t) => {
    const made = await drained(t, net.createServer())
    made.drain.begin(LONG_MS)
    await made.drain.ended()
  })
})
