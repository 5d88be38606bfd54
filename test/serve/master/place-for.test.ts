import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ListenQuery } from '../../../src/serve/handle-channel.js'
import { type Place, placeKey } from '../../../src/serve/listener.js'
import { placeFor } from '../../../src/serve/master/place-for.js'

const tcp = (port: number, host?: string): Place => ({ kind: 'tcp', host, port, family: 'tcp4', backlog: 511 })
const unix = (path: string): Place => ({ kind: 'unix', path, mode: undefined, backlog: 511 })

const port = (port: number, changes: Partial<ListenQuery> = {}): ListenQuery => ({
  address: null,
  port,
  addressType: 4,
  backlog: undefined,
  taken: [],
  ...changes,
})
const path = (address: string): ListenQuery => port(-1, { address, addressType: -1 })

describe('the place of a server of an app', () => {
  const A = tcp(3000, '127.0.0.1')
  const B = tcp(4000, '127.0.0.1')
  const S = unix('/run/a.sock')
  const T = unix('/run/b.sock')
  const all = [A, B, S, T]
  const keys = (...places: Place[]) => places.map(placeKey)

  const rows: [title: string, query: ListenQuery, configured: Place[], taken: string[], key: string][] = [
    ['the first one for its first server, whatever its port', port(80), all, [], placeKey(A)],
    ['the second one for its second server', port(81), all, keys(A), placeKey(B)],
    ['the one with its port, if there is one', port(4000), all, [], placeKey(B)],
    ['the next one, where the one with its port is taken', port(4000), all, keys(B), placeKey(A)],
    ['a Unix socket for a server on one', path('/x'), all, [], placeKey(S)],
    ['the Unix socket with its path', path('/run/b.sock'), all, [], placeKey(T)],
    ['what it asks for, where only ports are given', path('/x'), [A], [], 'own:unix:/x'],
    ['what it asks for, where only a Unix socket is given', port(80), [S], [], 'own:tcp:*:80'],
    ['what it asks for, where nothing is given', port(80), [], [], 'own:tcp:*:80'],
    ['what it asks for, when all places are taken', port(80), [A], keys(A), 'own:tcp:*:80'],
    ['an address of its own', port(80, { address: '10.0.0.1' }), [], [], 'own:tcp4:10.0.0.1:80'],
    ['an address of IPv6', port(80, { address: '::1', addressType: 6 }), [], [], 'own:tcp6:::1:80'],
    ['any free port', port(0), [], [], 'own:tcp:*:0#0'],
    ['another free port for the second server', port(0), [], ['own:tcp:*:0#0'], 'own:tcp:*:0#1'],
    ['yet another one for the third', port(0), [], ['own:tcp:*:0#0', 'own:tcp:*:0#1'], 'own:tcp:*:0#2'],
    ['a free port, beside one on another address', port(0), [], ['own:tcp4:::1:0#0'], 'own:tcp:*:0#0'],
    ['the one whose key it names', port(0, { key: placeKey(B) }), all, keys(A, B), placeKey(B)],
    ['the first free one, where what it names is gone', port(0, { key: 'tcp4:*:1' }), all, [], placeKey(A)],
  ]
  for (const [title, query, configured, taken, key] of rows) {
    it(`is ${title}`, () => assert.equal(placeFor({ ...query, taken }, configured)?.key, key))
  }

  it('is none, where another server of the same worker has it', () => {
    assert.equal(placeFor(port(80, { taken: ['own:tcp:*:80'] }), []), null)
  })

  it('is a place of the configuration as it stands there', () => {
    assert.equal(placeFor(port(80, { backlog: 5 }), all)?.place, A)
    assert.equal(placeFor(path('/x'), all)?.place, S)
  })

  it('has the backlog the server asks for, where it is its own', () => {
    assert.deepEqual(placeFor(port(80, { backlog: 5 }), [])?.place, {
      kind: 'tcp',
      host: undefined,
      port: 80,
      family: 'tcp',
      backlog: 5,
    })
    assert.deepEqual(placeFor(path('/x'), [])?.place, unix('/x'))
  })
})
