import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { before, test } from 'node:test'
import { folderOf, freePort, meetings, stranger, until } from './meeting.js'

interface Identity {
  readonly key: string
  readonly cert: string
  readonly ca: string
}

const OPENSSL = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return {}
  } catch {
    return { skip: 'needs openssl' }
  }
})()

let ours: Identity
let theirs: Identity

/** An authority and one certificate of it, as an operator would make them. */
function makeIdentity(folder: string): Identity {
  const at = (name: string): string => path.join(folder, name)
  const openssl = (...args: string[]): unknown => execFileSync('openssl', args, { stdio: 'ignore', cwd: folder })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=authority', '-days', '1')
  openssl('req', ...key, '-keyout', 'key.pem', '-out', 'csr.pem', '-subj', '/CN=peer')
  fs.writeFileSync(at('ext'), 'subjectAltName=DNS:peer.test\n')
  openssl(
    'x509',
    '-req',
    '-in',
    'csr.pem',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-out',
    'cert.pem',
    '-days',
    '1',
    '-extfile',
    'ext',
  )
  const read = (name: string): string => fs.readFileSync(at(name), 'utf8')
  return { key: read('key.pem'), cert: read('cert.pem'), ca: read('ca.pem') }
}

before(() => {
  if ('skip' in OPENSSL) return
  const folder = fs.mkdtempSync(path.join(process.env.TMPDIR ?? '/tmp', 'ipem-tls-'))
  for (const name of ['ours', 'theirs']) fs.mkdirSync(path.join(folder, name))
  ours = makeIdentity(path.join(folder, 'ours'))
  theirs = makeIdentity(path.join(folder, 'theirs'))
  fs.rmSync(folder, { recursive: true })
})

test('processes with certificates of one authority meet beyond loopback without insecure: true', OPENSSL, async (t) => {
  const meet = meetings(t)
  const socket = { host: '0.0.0.0', port: await freePort(), tls: { ...ours, servername: 'peer.test' } }
  const first = meet({ socket }).start()
  await first.until('listening')
  const second = meet({ socket }).start()
  await second.until(`joined ${first.self.pid}`)
  await first.until(`accepted ${second.self.pid}`)
  assert.equal((second.links.get(first.self.pid) as net.Socket & { encrypted?: boolean }).encrypted, true)
  assert.deepEqual([...first.warnings, ...second.warnings], [])
})

test('a listener that cannot prove its name is not joined', OPENSSL, async (t) => {
  const meet = meetings(t)
  const socket = { port: await freePort(), tls: ours }
  await meet({ socket }).start().until('listening')
  const second = meet({ socket: { ...socket, tls: { ...ours, servername: 'elsewhere.test' } } }).start()
  await second.until('standalone')
  assert.deepEqual(second.events, ['error ERR_IPEM_AUTH', 'standalone'])
})

test('a dialer with a certificate of another authority does not come in', OPENSSL, async (t) => {
  const meet = meetings(t)
  const socket = { port: await freePort(), tls: { ...ours, servername: 'peer.test' } }
  const first = meet({ socket }).start()
  await first.until('listening')
  const stolen = { key: theirs.key, cert: theirs.cert, ca: ours.ca, servername: 'peer.test' }
  const second = meet({ socket: { ...socket, tls: stolen, delayReconnect: 10 } }).start()
  await second.until('standalone')
  assert.match(second.events.join(), /error ERR_IPEM_(AUTH|HANDSHAKE),standalone$/)
  assert.equal(first.links.size, 0)
  await until('the listener says so', () => first.warnings.length > 0)
})

test('a dialer without TLS is turned away and nobody else notices', OPENSSL, async (t) => {
  const meet = meetings(t)
  const socket = { port: await freePort(), tls: { ...ours, servername: 'peer.test' } }
  const first = meet({ socket }).start()
  await first.until('listening')
  const plain = meet({ socket: { port: socket.port, delayReconnect: 10 } }).start()
  await plain.until('standalone')
  assert.match(plain.events.join(), /error ERR_IPEM_(PROTOCOL|HANDSHAKE),standalone$/)
  await meet({ socket }).start().until(`joined ${first.self.pid}`)
  assert.equal(first.warnings.length, 1)
})

test('a dialer with TLS finds a listener without it out', OPENSSL, async (t) => {
  const meet = meetings(t)
  const port = await freePort()
  await meet({ socket: { port } }).start().until('listening')
  const secure = meet({ socket: { port, tls: { ...ours, servername: 'peer.test' } } }).start()
  await secure.until('standalone')
  assert.deepEqual(secure.events, ['error ERR_IPEM_AUTH', 'standalone'])
})

test('connections that never begin TLS do not keep a joiner out', OPENSSL, async (t) => {
  const meet = meetings(t)
  const socket = { port: await freePort(), tls: { ...ours, servername: 'peer.test' } }
  const first = meet({ socket, limits: { maxUnauthenticated: 4 } }).start()
  await first.until('listening')
  const silent = Array.from({ length: 100 }, () => net.connect(socket.port, '127.0.0.1').on('error', () => {}))
  t.after(() => silent.map((each) => each.destroy()))
  await until('the crowd is noticed', () => first.warnings.length > 0)
  await meet({ socket }).start().until(`joined ${first.self.pid}`)
})

test('TLS is for TCP: a path is guarded by its permissions', {
  skip: process.platform === 'win32' || OPENSSL.skip,
}, async (t) => {
  const socketPath = path.join(folderOf(t), 'meet')
  const meet = meetings(t)
  const first = meet({ socket: { socketPath, tls: ours } }).start()
  await first.until('listening')
  await meet({ socket: { socketPath } }).start().until(`joined ${first.self.pid}`)
})

test('a key that is none is an error of this process', OPENSSL, async (t) => {
  const tls = { key: 'no key', cert: ours.cert }
  const meeting = meetings(t)({ socket: { port: await freePort(), tls } }).start()
  await meeting.until('standalone')
  assert.deepEqual(meeting.events, ['error ERR_IPEM_INVALID_OPTION', 'standalone'])
})

test('a stranger that speaks no TLS is ERR_IPEM_AUTH', OPENSSL, async (t) => {
  const port = await freePort()
  await stranger(t, port, (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'))
  const meeting = meetings(t)({ socket: { port, tls: ours } }).start()
  await meeting.until('standalone')
  assert.deepEqual(meeting.events, ['error ERR_IPEM_AUTH', 'standalone'])
})
