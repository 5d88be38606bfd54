import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import type { NativeConnection, NativeListener } from '../../../src/serve/native-listener.js'
import { readHead } from '../../../src/serve/worker/request-head.js'
import { until } from '../../integration/puppets.js'

const HEAD = 'GET /here HTTP/1.1\r\nHost: here\r\nX-User: ann\r\n\r\n'

/** Both ends of a connection that nobody has read from. */
async function connected(t: TestContext): Promise<{ near: net.Socket; far: NativeConnection }> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { _handle: handle } = server as unknown as { _handle: NativeListener }
  const accepted = new Promise<NativeConnection>((resolve) => {
    handle.onconnection = (_status, connection) => resolve(connection as NativeConnection)
  })
  const near = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1')
  near.setNoDelay(true)
  near.on('error', () => {})
  t.after(() => {
    near.destroy()
    server.close()
  })
  const far = await accepted
  return { near, far }
}

async function written(socket: net.Socket, text: string): Promise<void> {
  await new Promise<void>((resolve) => socket.write(text, 'latin1', () => resolve()))
}

describe('the head of the first request', () => {
  it('is read when it comes in one piece', async (t) => {
    const { near, far } = await connected(t)
    near.write(HEAD)
    const { head, ended, discard } = await readHead(far)
    discard()
    assert.deepEqual([head.toString(), ended], [HEAD, false])
  })

  it('is read when each byte comes by itself', async (t) => {
    const { near, far } = await connected(t)
    const read = readHead(far)
    for (const byte of HEAD) {
      await written(near, byte)
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    const { head, ended, discard } = await read
    discard()
    assert.deepEqual([head.toString(), ended], [HEAD, false])
  })

  it('has what came with it of the body', async (t) => {
    const { near, far } = await connected(t)
    const text = `${HEAD.replace('GET', 'POST')}the \xff body`
    near.write(text, 'latin1')
    const { head, discard } = await readHead(far)
    discard()
    assert.equal(head.toString('latin1'), text)
  })

  it('is given up where it is too long, with all that was read of it', async (t) => {
    const { near, far } = await connected(t)
    near.write(`GET / HTTP/1.1\r\nX-Long: ${'x'.repeat(64 * 1024)}`)
    const { head, ended, discard } = await readHead(far)
    discard()
    assert.ok(head.length > 16 * 1024, `${head.length} bytes`)
    assert.deepEqual([ended, head.subarray(0, 16).toString()], [false, 'GET / HTTP/1.1\r\n'])
  })

  it('is given up where the other side ends before it is whole', async (t) => {
    const { near, far } = await connected(t)
    near.end('GET / HTTP/1.1\r\n')
    const { head, ended, discard } = await readHead(far)
    discard()
    assert.deepEqual([head.toString(), ended], ['GET / HTTP/1.1\r\n', true])
  })

  it('is given up where the other side resets the connection', async (t) => {
    const { near, far } = await connected(t)
    const read = readHead(far)
    await written(near, 'GET')
    near.resetAndDestroy()
    const { ended, discard } = await read
    discard()
    assert.equal(ended, true)
  })

  it('leaves what comes later to the next one who reads', async (t) => {
    const { near, far } = await connected(t)
    near.write(HEAD)
    const { discard } = await readHead(far)
    await written(near, 'later')
    // In another process it is a handle that nobody has read from.
    Object.assign(far, { reading: false })
    const next = new net.Socket({ handle: far } as unknown as net.SocketConstructorOpts)
    t.after(() => next.destroy())
    let text = ''
    next.on('data', (chunk) => {
      text += chunk
    })
    await until('what came later', () => text === 'later')
    discard()
  })

  it('closes the connection here when it is discarded', async (t) => {
    const { near, far } = await connected(t)
    near.resume().write(HEAD)
    const { discard } = await readHead(far)
    const closed = once(near, 'close')
    discard()
    await closed
  })
})
