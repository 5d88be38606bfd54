import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs'
import net, { type Socket } from 'node:net'
import path from 'node:path'
import { Writable } from 'node:stream'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import { Mesh, type NodeStream, TOKEN } from '../../../src/serve/nodes/mesh.js'
import { TOKEN_BYTES } from '../../../src/serve/nodes/token.js'
import { temporaryFolder } from '../temporary.js'
import { FakeNet } from './fake-bus.js'

interface Node {
  readonly id: string
  readonly mesh: Mesh
  /** All that it was ever given. */
  readonly streams: NodeStream[]
}

/** Looks again whenever the event loop has gone round: some tests have stopped the clock. */
async function until(what: string, condition: () => boolean): Promise<void> {
  const end = performance.now() + 10_000
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Waited for ${what}`)
    await setImmediate()
  }
}

class Stage {
  readonly net = new FakeNet()
  readonly folder: string
  readonly #t: TestContext

  constructor(t: TestContext) {
    this.#t = t
    this.folder = path.dirname(temporaryFolder(t)('x'))
  }

  async node(id: string, onStream: (stream: NodeStream) => void = () => {}): Promise<Node> {
    const streams: NodeStream[] = []
    const mesh = new Mesh({
      bus: this.net.bus(pidOf(id)),
      id,
      folder: this.folder,
      onStream: (stream) => {
        streams.push(stream)
        onStream(stream)
      },
    })
    this.#t.after(() => mesh.close())
    await mesh.open()
    return { id, mesh, streams }
  }

  /** Two that have met: the end of `b` at `a`, and of `a` at `b`. */
  async pair(): Promise<{ a: Node; b: Node; toB: NodeStream; toA: NodeStream }> {
    const [a, b] = [await this.node('a'), await this.node('b')]
    b.mesh.dial(peer('a'))
    await until('both ends', () => a.streams.length + b.streams.length === 2)
    const [[toB], [toA]] = [a.streams, b.streams] as unknown as [[NodeStream], [NodeStream]]
    return { a, b, toB, toA }
  }

  stranger(id: string): Socket {
    const socket = net.connect(path.join(this.folder, id))
    this.#t.after(() => socket.destroy())
    socket.on('error', () => {})
    // It sees the end only if it reads.
    return socket.resume()
  }

  tokenOf(id: string, asking = 'x'): Promise<string> {
    return this.net.bus(pidOf(asking)).request<string>(pidOf(id), TOKEN, asking)
  }
}

/** Whatever its last error was. Resolves with whether there was one. */
const closing = (socket: Socket): Promise<boolean> => new Promise((resolve) => socket.once('close', resolve))

const pidOf = (id: string): string => `pid of ${id}`
const peer = (id: string) => ({ id, pid: pidOf(id) })

describe('the mesh', () => {
  it('gives each pair exactly one stream, whoever comes when', async (t) => {
    const stage = new Stage(t)
    const ids = Array.from({ length: 7 }, (_, n) => `n${n}`)
    const nodes: Node[] = []
    for (const id of ids) {
      const node = await stage.node(id)
      for (const { id: before } of nodes) node.mesh.dial(peer(before))
      nodes.push(node)
    }
    await until('all streams', () => nodes.every(({ streams }) => streams.length >= 6))
    await delay(300)
    for (const { id, mesh, streams } of nodes) {
      const others = ids.filter((other) => other !== id)
      assert.deepEqual(streams.map((stream) => stream.id).sort(), others)
      assert.deepEqual([...mesh.streams.keys()].sort(), others)
    }
  })

  it('connects those two: what one end says the other one hears', async (t) => {
    const { toA, toB } = await new Stage(t).pair()
    assert.deepEqual([toA.id, toB.id], ['a', 'b'])
    toA.write('from b')
    toB.write('from a')
    assert.deepEqual([String(await once(toB, 'data')), String(await once(toA, 'data'))], ['from b', 'from a'])
  })

  it('keeps the folder of sockets clean, and what is closed can be opened again', async (t) => {
    const stage = new Stage(t)
    const { mesh } = await stage.node('a')
    assert.deepEqual(fs.readdirSync(stage.folder), ['a'])
    mesh.close()
    assert.deepEqual(fs.readdirSync(stage.folder), [])
    await stage.node('a')
  })

  it('rejects where it cannot listen', async (t) => {
    const stage = new Stage(t)
    await stage.node('a')
    await assert.rejects(stage.node('a'), { code: 'EADDRINUSE' })
  })
})

describe('a connection from somebody who', () => {
  const strangers: [string, (socket: Socket, stage: Stage) => unknown][] = [
    ['has no token', (socket) => socket.end()],
    ['has a wrong token', (socket) => socket.write(Buffer.alloc(TOKEN_BYTES, 1))],
    ['has half a token', async (socket, stage) => socket.end((await stage.tokenOf('a')).slice(0, TOKEN_BYTES), 'hex')],
    ['speaks something else', (socket) => socket.write('GET / HTTP/1.1\r\nHost: somewhere\r\n\r\n'.repeat(10_000))],
    ['leaves at once', (socket) => socket.destroy()],
  ]
  for (const [what, act] of strangers) {
    it(`${what} is closed, and costs nobody anything`, async (t) => {
      const stage = new Stage(t)
      const a = await stage.node('a')
      const socket = stage.stranger('a')
      await once(socket, 'connect')
      const closed = closing(socket)
      await act(socket, stage)
      await closed
      assert.equal(socket.bytesRead, 0)
      const b = await stage.node('b')
      b.mesh.dial(peer('a'))
      await until('the others to meet', () => a.streams.length === 1 && b.streams.length === 1)
      assert.deepEqual([...a.mesh.streams.keys()], ['b'])
    })
  }

  it('says nothing is closed after its time, and not earlier', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const stage = new Stage(t)
    const a = await stage.node('a')
    const socket = stage.stranger('a')
    await once(socket, 'connect')
    // It is in the queue before this one, so it has been let in when this one has.
    await closing(stage.stranger('a').end())
    t.mock.timers.tick(4999)
    await setImmediate()
    assert.equal(socket.destroyed, false)
    t.mock.timers.tick(1)
    await closing(socket)
    assert.deepEqual(a.streams, [])
  })

  it('has a token that was used is closed, and the one who used it stays', async (t) => {
    const stage = new Stage(t)
    const a = await stage.node('a')
    const token = await stage.tokenOf('a', 'b')
    const [first, second] = [stage.stranger('a'), stage.stranger('a')]
    first.write(token, 'hex')
    await until('the first one', () => a.streams.length === 1)
    second.write(token, 'hex')
    await closing(second)
    assert.equal(first.destroyed, false)
    assert.equal(a.mesh.streams.get('b'), a.streams[0])
  })

  it('comes again with a new token takes the place of the first one', async (t) => {
    const stage = new Stage(t)
    const a = await stage.node('a')
    const first = stage.stranger('a')
    first.write(await stage.tokenOf('a', 'b'), 'hex')
    await until('the first one', () => a.streams.length === 1)
    const second = stage.stranger('a')
    second.write(await stage.tokenOf('a', 'b'), 'hex')
    await closing(first)
    await until('the second one', () => a.streams.length === 2)
    assert.equal(a.mesh.streams.get('b'), a.streams[1])
  })

  it('says its token byte by byte is let in', async (t) => {
    const stage = new Stage(t)
    const a = await stage.node('a')
    const socket = stage.stranger('a')
    for (const byte of Buffer.from(await stage.tokenOf('a', 'b'), 'hex')) {
      socket.write(Buffer.of(byte))
      await setImmediate()
    }
    await until('it', () => a.mesh.streams.has('b'))
  })
})

describe('a stream', () => {
  /** Ways to read, each with what it has read so far. */
  const readers: Record<string, (stream: NodeStream, heard: (chunk: Buffer) => void) => unknown> = {
    data: (stream, heard) => stream.on('data', heard),
    readable: (stream, heard) =>
      stream.on('readable', () => {
        for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) heard(chunk)
      }),
    pipe: (stream, heard) =>
      stream.pipe(
        new Writable({
          write: (chunk, _, done) => {
            heard(chunk)
            done()
          },
        }),
      ),
    'for await': async (stream, heard) => {
      // The end of the test is one for it, too.
      try {
        for await (const chunk of stream) heard(chunk)
      } catch {}
    },
  }
  const moments: Record<string, () => unknown> = {
    'at once': () => null,
    'in the next tick': () => new Promise((resolve) => process.nextTick(resolve)),
    'in the next round': () => setImmediate(),
    'after a while': () => delay(60),
  }
  const BYTES = 300_000

  for (const [way, read] of Object.entries(readers)) {
    for (const [moment, wait] of Object.entries(moments)) {
      it(`loses nothing of what was sent right after the event, read by ${way} ${moment}`, async (t) => {
        const stage = new Stage(t)
        const heard = { a: 0, b: 0 }
        const onStream = async (stream: NodeStream): Promise<void> => {
          const other = stream.id as 'a' | 'b'
          stream.write(Buffer.alloc(1))
          stream.write(Buffer.alloc(BYTES - 1))
          const waited = wait()
          if (waited !== null) await waited
          read(stream, ({ length }) => {
            heard[other] += length
          })
        }
        await stage.node('a', (stream) => void onStream(stream))
        const b = await stage.node('b', (stream) => void onStream(stream))
        b.mesh.dial(peer('a'))
        await until('all of it', () => heard.a === BYTES && heard.b === BYTES)
      })
    }
  }

  it('has back-pressure, both ways', async (t) => {
    const { toA, toB } = await new Stage(t).pair()
    for (const [from, to] of [
      [toA, toB],
      [toB, toA],
    ] as const) {
      const chunk = Buffer.alloc(65_536)
      let sent = 0
      // The system takes some before it pushes back.
      do {
        sent += chunk.length
        if (from.write(chunk)) continue
        await Promise.race([once(from, 'drain'), delay(100)])
      } while (!from.writableNeedDrain)
      assert.ok(sent < 10_000_000, `${sent} bytes went nowhere`)
      assert.ok(to.bytesRead < sent)
      let heard = 0
      to.on('data', ({ length }) => {
        heard += length
      })
      await once(from, 'drain')
      await until('all of it', () => heard === sent)
    }
  })

  it('closes when the other node closes, with what was said before', async (t) => {
    const { a, b, toA, toB } = await new Stage(t).pair()
    toA.end('last words')
    const closed = closing(toB)
    assert.equal(String(await once(toB, 'data')), 'last words')
    assert.equal(await closed, false)
    await until('both ends', () => a.mesh.streams.size === 0 && b.mesh.streams.size === 0)
  })

  it('closes when the other node is gone, even if nobody hears its errors', async (t) => {
    const { a, b, toB } = await new Stage(t).pair()
    toB.resume().write(Buffer.alloc(1_000_000))
    const closed = closing(toB)
    b.mesh.close()
    await closed
    assert.equal(a.mesh.streams.size, 0)
    toB.write('into the void')
  })

  it('that is closed by one of the two is not opened again', async (t) => {
    const { a, b, toA } = await new Stage(t).pair()
    toA.destroy()
    await until('both ends', () => a.mesh.streams.size === 0 && b.mesh.streams.size === 0)
    await delay(300)
    assert.deepEqual([a.streams.length, b.streams.length], [1, 1])
  })
})

describe('a dial that fails', () => {
  const asked = ({ net: { asked } }: Stage) => asked.length

  it('is tried again while the other one is there', async (t) => {
    const stage = new Stage(t)
    const b = await stage.node('b')
    b.mesh.dial(peer('a'))
    await until('a second try', () => asked(stage) >= 2)
    const a = await stage.node('a')
    await until('a stream', () => a.streams.length === 1 && b.streams.length === 1)
    const tries = asked(stage)
    await delay(450)
    assert.equal(asked(stage), tries)
    assert.deepEqual([a.streams.length, b.streams.length], [1, 1])
  })

  it('is tried again where the other one has a token to give and no socket', async (t) => {
    const stage = new Stage(t)
    const [a, b] = [await stage.node('a'), await stage.node('b')]
    const file = path.join(stage.folder, 'a')
    fs.renameSync(file, `${file}.away`)
    b.mesh.dial(peer('a'))
    await until('a second try', () => asked(stage) >= 2)
    fs.renameSync(`${file}.away`, file)
    await until('a stream', () => a.streams.length === 1 && b.streams.length === 1)
  })

  it('is tried again where the other end answers nonsense, or closes', async (t) => {
    const stage = new Stage(t)
    const b = await stage.node('b')
    const file = path.join(stage.folder, 'a')
    let calls = 0
    const impostor = net.createServer((socket) => {
      socket.on('error', () => {}).resume()
      if (calls++ === 0) socket.end('nonsense')
      else socket.destroy()
    })
    impostor.listen(file)
    await once(impostor, 'listening')
    stage.net.bus(pidOf('a')).handle(TOKEN, () => '00'.repeat(TOKEN_BYTES))
    b.mesh.dial(peer('a'))
    await until('a third try', () => calls >= 3)
    impostor.close()
    await once(impostor, 'close')
    const a = await stage.node('a')
    await until('a stream', () => a.streams.length === 1 && b.streams.length === 1)
  })

  it('is not tried again when the other one is gone, nor after the end', async (t) => {
    const stage = new Stage(t)
    const [b, c] = [await stage.node('b'), await stage.node('c')]
    b.mesh.dial(peer('a'))
    c.mesh.dial(peer('a'))
    await until('second tries', () => asked(stage) >= 4)
    b.mesh.forget('a')
    c.mesh.close()
    const tries = asked(stage)
    await delay(450)
    assert.equal(asked(stage), tries)
  })
})
