import assert from 'node:assert/strict'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import type { SocketAddress } from '../../src/join/address.js'
import { Dial, type DialOutcome } from '../../src/join/dial.js'
import { identityOf } from '../../src/join/socket-file.js'
import { DialerHandshake } from '../../src/wire/handshake-machine.js'
import { COOKIE, folderOf, freePort, memberOf, stranger } from './meeting.js'

const UNIX = { skip: process.platform === 'win32' ? 'Unix sockets' : false }

const LINUX = { skip: process.platform === 'linux' ? false : 'other systems refuse' }

function dial(address: SocketAddress, timeoutMs = 2000): Promise<DialOutcome> {
  const handshake = new DialerHandshake({ self: memberOf('app'), cookie: COOKIE })
  return new Promise((resolve) => {
    new Dial({ address, tls: null, timeoutMs, handshake }, (outcome, socket) => {
      socket.destroy()
      resolve(outcome)
    })
  })
}

/** A socket file whose server is gone. */
async function stale(t: TestContext, file: string): Promise<void> {
  const server = await stranger(t, `${file}x`, () => {})
  fs.renameSync(`${file}x`, file)
  server.close()
}

test('a port where nobody listens has nobody', async () => {
  assert.deepEqual(await dial({ host: '127.0.0.1', port: await freePort() }), { kind: 'nobody', stale: null })
})

test('a path where nothing is has nobody and nothing to replace', UNIX, async (t) => {
  assert.deepEqual(await dial({ path: path.join(folderOf(t), 'meet') }), { kind: 'nobody', stale: null })
})

test('a socket file that refuses is named as the one to replace', UNIX, async (t) => {
  const file = path.join(folderOf(t), 'meet')
  await stale(t, file)
  assert.deepEqual(await dial({ path: file }), { kind: 'nobody', stale: identityOf(file) })
})

test('a connection of a socket with itself is nobody', async (t) => {
  // Where the kernel connects a port with itself, which it does once in some ten thousand dials.
  const port = await freePort()
  const { connect } = net
  t.mock.method(net, 'connect', (options: net.TcpNetConnectOpts) => connect({ ...options, localPort: port }))
  assert.deepEqual(await dial({ host: '127.0.0.1', port }), { kind: 'nobody', stale: null })
})

test('a name that does not resolve has nobody', async () => {
  const outcome = await dial({ host: 'nowhere.invalid', port: 1 })
  // Without a resolver the answer is "try again" instead.
  assert.ok(outcome.kind === 'nobody' || outcome.kind === 'unreachable')
})

// The system's answer on which the taking over of stale files rests.
test('a full backlog does not look like a stale file', LINUX, async (t) => {
  const file = path.join(folderOf(t), 'meet')
  const server = net.createServer().listen({ path: file, backlog: 1 })
  const sockets: net.Socket[] = []
  t.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  await new Promise((resolve) => server.once('listening', resolve))
  // All of these are asked for in one turn of the event loop, so none is accepted before the last.
  const codes = new Promise<Set<string>>((resolve) => {
    const found = new Set<string>()
    let open = 20
    const ended = (code: string): void => {
      found.add(code)
      if (--open === 0) resolve(found)
    }
    for (let count = 0; count < 20; count++) {
      const socket = net.connect(file, () => ended('connected'))
      sockets.push(socket.on('error', (error: NodeJS.ErrnoException) => ended(error.code ?? '')))
    }
  })
  assert.equal((await codes).has('ECONNREFUSED'), false)
})

test('who may not connect learns why', UNIX, async (t) => {
  const folder = folderOf(t)
  fs.writeFileSync(path.join(folder, 'file'), '')
  const outcome = await dial({ path: path.join(folder, 'file', 'meet') })
  assert.equal(outcome.kind, 'impossible')
  assert.equal(outcome.kind === 'impossible' && outcome.error.code, 'ERR_IPEM_LISTEN')
})

test('a call that was cancelled reports nothing', async (t) => {
  const port = await freePort()
  await stranger(t, port, () => {})
  const handshake = new DialerHandshake({ self: memberOf('app'), cookie: COOKIE })
  const outcomes: DialOutcome[] = []
  const request = { address: { host: '127.0.0.1', port }, tls: null, timeoutMs: 20, handshake }
  const calls = [
    new Dial(request, (outcome) => outcomes.push(outcome)),
    new Dial(request, (outcome) => outcomes.push(outcome)),
  ]
  calls[0]?.cancel()
  await new Promise((resolve) => setTimeout(resolve, 10))
  calls[1]?.cancel()
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.deepEqual(outcomes, [])
})
