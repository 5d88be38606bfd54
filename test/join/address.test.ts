import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import {
  checkExposure,
  describeAddress,
  dialable,
  isLoopback,
  isWindowsPipe,
  resolveAddress,
} from '../../src/join/address.js'

const socket = { socketPath: null, host: 'localhost', port: 7100 }

test('localhost is 127.0.0.1, however it is written', () => {
  assert.deepEqual(resolveAddress(socket), { host: '127.0.0.1', port: 7100 })
  assert.deepEqual(resolveAddress({ ...socket, host: 'LocalHost' }), { host: '127.0.0.1', port: 7100 })
})

test('another host is left to the resolver', () => {
  assert.deepEqual(resolveAddress({ ...socket, host: 'db.internal', port: 1 }), { host: 'db.internal', port: 1 })
})

test('a given path is the only address, made absolute', () => {
  assert.deepEqual(resolveAddress({ ...socket, socketPath: '/run/app' }), { path: '/run/app' })
  assert.deepEqual(resolveAddress({ ...socket, socketPath: 'app' }), { path: path.resolve('app') })
})

test('a path of 103 bytes is taken, one of 104 is not', () => {
  assert.deepEqual(resolveAddress({ ...socket, socketPath: `/${'a'.repeat(102)}` }), { path: `/${'a'.repeat(102)}` })
  const tooLong = { ...socket, socketPath: `/${'ä'.repeat(51)}a` }
  assert.throws(() => resolveAddress(tooLong), { code: 'ERR_IPEM_INVALID_OPTION', option: 'socket.socketPath' })
})

test('a path whose folder leaves no room for a second name is not taken', () => {
  const at = (folder: number): string =>
    resolveAddress({ ...socket, socketPath: `/${'d'.repeat(folder - 1)}/s` }).path ?? ''
  assert.equal(at(98).length, 100)
  assert.throws(() => at(99), {
    code: 'ERR_IPEM_INVALID_OPTION',
    option: 'socket.socketPath',
    message: /the folder of/,
  })
})

test('the name of a Windows pipe is no path in a file system', () => {
  for (const name of ['\\\\.\\pipe\\app', '\\\\?\\pipe\\app', '//./pipe/app', '\\\\.\\PIPE\\app']) {
    assert.equal(isWindowsPipe(name), true)
    assert.deepEqual(resolveAddress({ ...socket, socketPath: name }), { path: name })
  }
  assert.equal(isWindowsPipe('/pipe/app'), false)
})

const hosts: [host: string, loopback: boolean][] = [
  ['127.0.0.1', true],
  ['127.255.255.254', true],
  ['::1', true],
  ['0:0:0:0:0:0:0:1', true],
  ['::ffff:127.0.0.1', true],
  ['::ffff:7f00:1', true],
  ['128.0.0.1', false],
  ['126.255.255.255', false],
  ['0.0.0.0', false],
  ['::', false],
  ['::2', false],
  ['::ffff:10.0.0.1', false],
  ['10.0.0.1', false],
  ['127.0.0.1.example.com', false],
  ['127.1', false],
  ['2130706433', false],
  ['ip6-localhost', false],
  ['', false],
]

for (const [host, loopback] of hosts) {
  test(`${JSON.stringify(host)} is ${loopback ? '' : 'not '}known to be this machine`, () => {
    assert.equal(isLoopback(host), loopback)
  })
}

test('listening beyond this machine needs TLS or insecure: true', () => {
  const address = { host: '0.0.0.0', port: 1 }
  const expected = { code: 'ERR_IPEM_INSECURE', host: '0.0.0.0', port: 1 }
  assert.throws(() => checkExposure(address, { tls: null, insecure: false }), expected)
  checkExposure(address, { tls: {}, insecure: false })
  checkExposure(address, { tls: null, insecure: true })
  checkExposure({ host: '127.0.0.1', port: 1 }, { tls: null, insecure: false })
  checkExposure({ path: '/run/app' }, { tls: null, insecure: false })
})

test('a process that listens on every interface reaches itself on the loopback one', () => {
  assert.deepEqual(dialable({ host: '0.0.0.0', port: 1 }), { host: '127.0.0.1', port: 1 })
  assert.deepEqual(dialable({ host: '::', port: 1 }), { host: '::1', port: 1 })
  assert.deepEqual(dialable({ host: '0:0:0:0:0:0:0:0', port: 1 }), { host: '::1', port: 1 })
  for (const address of [{ host: '::2', port: 1 }, { host: '10.0.0.1', port: 1 }, { path: '/a' }]) {
    assert.deepEqual(dialable(address), address)
  }
})

test('an address is shown as one would type it', () => {
  assert.equal(describeAddress({ path: '/run/app' }), '/run/app')
  assert.equal(describeAddress({ host: '127.0.0.1', port: 7100 }), '127.0.0.1:7100')
  assert.equal(describeAddress({ host: '::1', port: 7100 }), '[::1]:7100')
})
